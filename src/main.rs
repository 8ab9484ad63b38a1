fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let s = conc::source::Source::new(path, text);
    let t = std::time::Instant::now();
    let r = std::thread::Builder::new().stack_size(256<<20).spawn(move || conc::syntax::parse(&s)).unwrap().join().unwrap();
    eprintln!("{:?}", t.elapsed());
    match r { Ok(a) => if std::env::args().nth(2).is_some() { println!("{:#?}", a) }, Err(rs) => for r in rs { eprint!("{}", conc::diagnostics::render(&r, conc::diagnostics::Style::PLAIN)) } }
}
