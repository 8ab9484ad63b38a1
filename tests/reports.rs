//! What people read when something is wrong: for each script of `tests/reports`, what `conc` says on standard
//! error, and the exit status, beside it as a snapshot. `INSTA_UPDATE=always cargo test --test reports` takes new ones.

use std::path::Path;
use std::process::Command;

#[test]
fn reports_read_as_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports");
    let mut scripts: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .filter_map(|entry| {
            entry.ok()?.file_name().into_string().ok()?.strip_suffix(".conc").map(str::to_owned)
        })
        .collect();
    scripts.sort();
    assert!(scripts.len() >= 30, "some scripts are missing");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("reports");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for script in scripts {
            let ran = Command::new(env!("CARGO_BIN_EXE_conc"))
                .args(["--color", "never", "run", &format!("{script}.conc")])
                .current_dir(&folder)
                .output()
                .expect("conc runs");
            let text = String::from_utf8_lossy(&ran.stderr);
            let status = ran.status.code().unwrap_or(-1);
            insta::assert_snapshot!(script, format!("{text}exit status {status}\n"));
        }
    });
}
