//! Any text as LotusScript that runs, as a module and in a Sub with things to work on: it ends within its limits, without a panic, and what it used is given back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lotusscript::run::{Console, Limits, Module, Program, RunOptions};
use lotusscript::syntax::parse;
use std::time::Duration;

const THINGS: &str = "Class A\nPublic n As Integer\nPublic l List As String\nPublic o As A\nFunction f(x)\nf = x\nn = n + 1\nEnd Function\nSub Delete\nn = 0\nEnd Sub\nEnd Class\n\
Type T\ns As String\na(3) As Integer\nEnd Type\n\
Sub t(x)\nx = x & x\nt x\nEnd Sub\n";

fuzz_target!(|data: &str| {
    run(data);
    run(&format!("{THINGS}Sub Initialize\nDim o As New A, r As T, a() As String, l List, s As String\n{data}\nEnd Sub\n"));
    run(&format!("{THINGS}Sub Initialize\nOn Error Resume Next\nDim o As New A, r As T, v, i%\nPrint {data}\nEnd Sub\n"));
});

fn run(source: &str) {
    let script = parse(source);
    let module = Module { name: "fuzz", script: &script };
    let Ok(program) = Program::traced(&[module], &[]) else {
        return;
    };
    let limits = Limits { steps: 20_000, depth: 60, memory_bytes: 4 << 20, time: Duration::from_millis(500) };
    let options = RunOptions { limits, ..RunOptions::default() };
    let mut console = Console::default();
    if let Err(error) = program.run("Initialize", Vec::new(), &mut console, &options) {
        assert!(!error.to_string().is_empty());
    }
}
