//! What lies outside of the program: output, input, time, chance, files, threads.

use super::Table;
use super::arguments::{given, int, str, wrong};
use crate::values::{Fault, Value, View, text};
use crate::vm::{Escape, HostCall, Request};

fn ask(call: HostCall) -> Result<Value, Escape> {
    Err(Request::Host(call).into())
}

fn line(values: &[Value]) -> Result<String, Fault> {
    let mut line = String::new();
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            line.push(' ');
        }
        line.push_str(&text(value)?);
    }
    Ok(line)
}

pub fn register(table: &mut Table) {
    table.function("print", "... end?", |_, args| {
        let mut out = line(&args[1..])?;
        match given(&args[0]) {
            Some(end) => out.push_str(str(end, "print")?),
            None => out.push('\n'),
        }
        ask(HostCall::Print(out))
    });
    table.function("log", "...", |_, args| ask(HostCall::Log(line(args)?)));
    table.function("input", "prompt?", |_, args| {
        let prompt = given(&args[0]).map(text).transpose()?;
        ask(HostCall::Input(prompt.unwrap_or_default().into_owned()))
    });
    table.function("now", "", |_, _| ask(HostCall::Now));
    table.function("clock", "", |_, _| ask(HostCall::Clock));
    table.function("random", "", |_, _| ask(HostCall::Random));
    table.function("random_int", "a b", |_, args| {
        let (a, b) = (int(&args[0], "random_int")?, int(&args[1], "random_int")?);
        if a > b {
            return Err(Fault::value_error(format!(
                "`random_int` goes from the smaller to the greater, not from {a} to {b}"
            ))
            .into());
        }
        ask(HostCall::RandomInt(a, b))
    });
    table.function("shuffle", "xs", |_, args| match args[0].view() {
        View::List(_) => ask(HostCall::Shuffle(args[0].clone())),
        _ => Err(wrong(&args[0], "shuffle", "a list").into()),
    });
    table.function("seed", "n", |_, args| ask(HostCall::Seed(int(&args[0], "seed")?)));
    table.function("env", "name", |_, args| ask(HostCall::Env(str(&args[0], "env")?.to_owned())));
    table.function("read_file", "path", |_, args| {
        ask(HostCall::ReadFile(str(&args[0], "read_file")?.to_owned()))
    });
    table.function("write_file", "path text", |_, args| write(args, "write_file", false));
    table.function("append_file", "path text", |_, args| write(args, "append_file", true));
    table.function("exit", "code?", |_, args| {
        let code = given(&args[0]).map_or(Ok(0), |code| int(code, "exit"))?;
        match u8::try_from(code) {
            Ok(code) => ask(HostCall::Exit(i32::from(code))),
            Err(_) => {
                Err(Fault::value_error(format!("an exit status is from 0 to 255, not {code}"))
                    .into())
            }
        }
    });
    table.function("current_thread", "", |_, _| ask(HostCall::CurrentThread));
    table.function("main_thread", "", |_, _| ask(HostCall::MainThread));
    table.function("threads", "", |_, _| ask(HostCall::Threads));
    table.function("cpu_count", "", |_, _| ask(HostCall::CpuCount));
}

fn write(args: &[Value], what: &str, append: bool) -> Result<Value, Escape> {
    let path = str(&args[0], what)?.to_owned();
    ask(HostCall::WriteFile { path, text: str(&args[1], what)?.to_owned(), append })
}
