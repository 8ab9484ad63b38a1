use conc::vm::*;
use conc::values::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let s = conc::source::Source::new(path, text);
    let dump = std::env::args().nth(2).is_some();
    fn show(rs: Vec<conc::diagnostics::Report>) -> ! { for r in rs { eprint!("{}", conc::diagnostics::render(&r, conc::diagnostics::Style::PLAIN)) } std::process::exit(2) }
    let script = match conc::syntax::parse(&s) { Ok(a) => a, Err(rs) => show(rs) };
    let b = conc::builtins::builtins();
    let names = conc::builtins::names(&b);
    let around = conc::resolve::Surroundings { outer: &names, imports: &[], exports: &|_| &[] };
    let res = match conc::resolve::resolve(&s, &script, &around) { Ok(a) => a, Err(rs) => show(rs) };
    let c = match conc::compile::compile(&s, &script, &res, &around, conc::compile::Purpose::Main, 0, 2) { Ok(a) => a, Err(rs) => show(rs) };
    if dump { print!("{}", conc::bytecode::disassemble(&c.unit, &|n| b.functions[n as usize].name.to_string())); }
    let p = std::sync::Arc::new(Program::new(b));
    let id = p.link(c.unit, "main", &[]);
    let mut m = Machine::script(p.clone(), Limits::default(), id);
    m.set_thread(1, "main".into(), None);
    let t = std::time::Instant::now();
    let mut a = Answer::Continue;
    loop {
        match m.resume::<Free>(a) {
            Pause::Ask(Request::Host(HostCall::Print(s))) => { print!("{s}"); a = Answer::Value(Value::NIL) }
            Pause::Ask(Request::Host(HostCall::Clock)) => a = Answer::Value(Value::duration(t.elapsed().as_nanos() as i64)),
            Pause::Ask(_) => panic!("ask"),
            Pause::Done(_) => break,
            Pause::Failed(e) => { println!("{}", repr(&e)); break }
            Pause::OutOfFuel => a = Answer::Continue,
        }
    }
}
