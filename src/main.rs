//! The program `conc`.

fn main() {
    std::process::exit(conc::cli::main());
}
