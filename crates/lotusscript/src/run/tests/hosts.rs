//! A tiny host: documents with items, and what is asked of it.

use super::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

type Items = RefCell<BTreeMap<String, Vec<Value>>>;

#[derive(Debug, Default)]
struct Documents {
    lines: Vec<String>,
    events: Vec<String>,
}

fn items(object: &Product) -> &Items {
    object.inner.downcast_ref::<Items>().unwrap()
}

impl Host for Documents {
    fn print(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn create(&mut self, class: &str, arguments: &[Value]) -> Answer {
        match class {
            "NotesDocument" if arguments.is_empty() => {
                Ok(Product::value(class, Rc::new(Items::default())))
            }
            _ => missing(&format!("the class {class}")),
        }
    }

    fn is_method(&mut self, _: &Rc<Product>, member: &str) -> bool {
        matches!(member, "hasitem" | "appenditemvalue" | "fail")
    }

    fn get(&mut self, object: &Rc<Product>, member: &str) -> Answer {
        let values = items(object).borrow().get(member).cloned();
        Ok(Array::of_values(
            values.unwrap_or_else(|| vec![Value::text("")]),
        ))
    }

    fn set(&mut self, object: &Rc<Product>, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let values = match &value {
            Value::Array(array) => array.items().to_vec(),
            _ => vec![value],
        };
        items(object).borrow_mut().insert(member.to_owned(), values);
        Ok(())
    }

    fn call(&mut self, object: &Rc<Product>, member: &str, arguments: &[Value]) -> Answer {
        match (member, arguments) {
            ("hasitem", [Value::Text(name)]) => Ok(Value::Boolean(
                items(object)
                    .borrow()
                    .contains_key(&name.as_str().to_lowercase()),
            )),
            ("appenditemvalue", [Value::Text(name), value]) => {
                items(object)
                    .borrow_mut()
                    .insert(name.as_str().to_lowercase(), vec![value.clone()]);
                Ok(Value::Empty)
            }
            ("fail", _) => Err(ScriptError::new(4005, "Notes error").into()),
            _ => missing(member),
        }
    }

    fn index(&mut self, object: &Rc<Product>, arguments: &[Value]) -> Answer {
        match arguments {
            [Value::Text(name)] => self.get(object, name.as_str()),
            _ => missing("this"),
        }
    }

    fn elements(&mut self, object: &Rc<Product>) -> Result<Vec<Value>, Box<Fault>> {
        Ok(items(object).borrow().keys().map(Value::text).collect())
    }

    fn function(&mut self, name: &str, arguments: &[Value]) -> Answer {
        match name {
            "messagebox" => Ok(Value::Integer(arguments.len() as i16)),
            "execute" => Ok(Value::text(format!("ran {:?}", arguments[0].as_text()))),
            _ => missing(&format!("the function {name}")),
        }
    }

    fn file(&mut self, statement: &FileStatement, arguments: &[Value]) -> Answer {
        self.events
            .push(format!("{statement:?} {}", arguments.len()));
        Ok(Value::text("line"))
    }

    fn evaluate(&mut self, formula: &str, document: Option<&Value>) -> Answer {
        Ok(Array::of_values(vec![Value::text(format!(
            "{formula}{}",
            document.is_some()
        ))]))
    }

    fn trace(&mut self, event: &Event<'_>) {
        self.events.push(match event {
            Event::Statement {
                line, procedure, ..
            } => format!("{procedure}:{line}"),
            Event::Read { name, value } => format!("read {name} {value:?}"),
            Event::Write { name, value } => format!("write {name} {value:?}"),
            Event::Print { line } => format!("print {line}"),
            Event::Host { what, member, .. } => format!("{what}.{member}"),
            Event::Error(error) => error.to_string(),
        });
    }
}

fn with_documents(body: &str) -> (String, Documents) {
    let source = format!("Sub Initialize\nDim doc As New NotesDocument\n{body}\nEnd Sub\n");
    let script = parse(&source);
    assert_eq!(script.errors(), [], "{source}");
    let program = Program::new(
        &[Module {
            name: "Agent",
            script: &script,
        }],
        &[],
    )
    .unwrap();
    let mut host = Documents::default();
    let outcome = program.run("Initialize", Vec::new(), &mut host, &RunOptions::default());
    let mut lines = host.lines.clone();
    lines.extend(outcome.err().map(|error| error.to_string()));
    (lines.join("|"), host)
}

#[test]
fn objects_of_the_host_are_used_as_in_notes() {
    let cases = [
        ("doc.Subject = \"x\"\nPrint doc.Subject(0)", "x"),
        (
            "doc.Numbers = Split(\"1 2\")\nPrint doc.Numbers(1) & UBound(doc.Numbers)",
            "21",
        ),
        (
            "Call doc.AppendItemValue(\"Form\", \"Memo\")\nPrint doc.Form(0) & doc.HasItem(\"form\")",
            "MemoTrue",
        ),
        (
            "doc.A = 1 : doc.B = 2\nForAll i In doc\nPrint i;\nEnd ForAll",
            "ab",
        ),
        ("With doc\n.A = 5\nPrint .A(0)\nEnd With", "5"),
        ("doc.x = 7\nPrint doc(\"x\")(0)", "7"),
        (
            "On Error GoTo h\ndoc.Fail\nExit Sub\nh: Print Err & Error",
            "4005Notes error",
        ),
        (
            "Set d = doc\nPrint d Is doc\nPrint TypeName(d) & IsObject(d)",
            "True|NOTESDOCUMENTTrue",
        ),
        ("Print doc IsA \"NotesDocument\"", "True"),
        ("Print MessageBox(\"a\", 4, \"t\")", "3"),
        ("v = Evaluate(\"@Now\", doc)\nPrint v(0)", "@Nowtrue"),
        ("Print Execute(\"Print 1\")", "ran Some(\"Print 1\")"),
        ("Execute \"x = 1\"\nPrint \"on\"", "on"),
        ("Print Evaluate(\"1 + 1\")(0)", "1 + 1false"),
        (
            "On Error Resume Next\nv = Evaluate(\"@Now\", doc)\nPrint TypeName(v)",
            "VARIANT( )",
        ),
        ("doc.A = 1\nPrint doc.A(0) + \"x\"", "1x"),
        (
            "doc.A = \"5\"\nPrint (doc.A(0) = 5) & (doc.A(0) > 4)",
            "TrueTrue",
        ),
        ("doc.A = 5\nPrint doc.A(0) = \"\"", "False"),
        (
            "Open \"f\" For Input As #1\nLine Input #1, s\nPrint s\nClose #1",
            "line",
        ),
        ("Print #1, \"a\"; \"b\"\nPrint \"c\"", "c"),
        (
            "d = doc",
            "Agent(3) in Initialize: error 13: Type mismatch: an object is assigned with Set",
        ),
        (
            "Set s = New NotesStream",
            "Agent(3) in Initialize: error 4999: the class NotesStream is not there: no host of this run has it",
        ),
        (
            "Print Environ(\"PATH\")",
            "Agent(3) in Initialize: error 4999: the function environ is not there: no host of this run has it",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(with_documents(body).0, expected, "{body}");
    }
    let (_, host) = with_documents("Print #1, \"a\"\nGet #1, , x\nName \"a\" As \"b\"");
    assert_eq!(host.events, ["Print 2", "Get 3", "Rename 2"]);
}

#[test]
fn a_trace_tells_what_happens() {
    let script = parse("Sub Initialize\nx% = 1\nPrint x% + 1\nError 5\nEnd Sub\n");
    let program = Program::traced(
        &[Module {
            name: "Agent",
            script: &script,
        }],
        &[],
    )
    .unwrap();
    let mut host = Documents::default();
    let options = RunOptions {
        traces: true,
        ..RunOptions::default()
    };
    program
        .run("initialize", Vec::new(), &mut host, &options)
        .unwrap_err();
    let told = [
        "Initialize:2",
        "write x Integer(1)",
        "Initialize:3",
        "read x Integer(1)",
        "print 2",
        "Initialize:4",
        "error 5: Illegal function call",
    ];
    assert_eq!(host.events, told);
}

#[test]
fn libraries_are_set_up_before_what_uses_them() {
    let library = parse(
        "Public count As Integer\nPrivate Function secret\nsecret = 1\nEnd Function\nClass Thing\nFunction name\nname = \"thing\" & count\nEnd Function\nEnd Class\nSub Initialize\ncount = 41\nEnd Sub\nSub up\ncount = count + 1\nEnd Sub\n",
    );
    let include = parse("Const limit = 7\n");
    let main = parse(
        "Use \"Core\"\n%Include \"limits.lss\"\nSub Initialize\nup\nDim t As New Thing\nPrint t.name & limit\nPrint secret(1)\nEnd Sub\n",
    );
    let modules = [
        Module {
            name: "Agent",
            script: &main,
        },
        Module {
            name: "Core",
            script: &library,
        },
    ];
    let program = Program::new(
        &modules,
        &[Module {
            name: "limits.lss",
            script: &include,
        }],
    )
    .unwrap();
    let mut host = Documents::default();
    let error = program
        .run("Initialize", Vec::new(), &mut host, &RunOptions::default())
        .unwrap_err();
    assert_eq!(host.lines, ["thing427"]);
    assert_eq!(
        error.to_string(),
        "Agent(7) in Initialize: error 35: Sub or function not defined: secret"
    );
}

#[test]
fn what_makes_no_program_is_said_with_its_place() {
    let cases = [
        (
            "Sub Initialize\nGoTo nowhere\nEnd Sub\n",
            "Agent(2:6): there is no label `nowhere` in this procedure",
        ),
        (
            "Sub a\nEnd Sub\nSub a\nEnd Sub\n",
            "Agent(3:5): `a` is declared twice",
        ),
        (
            "Class A As B\nEnd Class\n",
            "Agent(1:12): `B` is no class of this script to be based on",
        ),
        (
            "Class A As B\nEnd Class\nClass B As A\nEnd Class\n",
            "Agent(1:1): the class A is based on itself, or on more than 64 others",
        ),
        (
            "Sub a\nDim x(n) As Integer\nEnd Sub\n",
            "Agent(2:7): the bounds of an array that is declared must be constants; use ReDim for others",
        ),
        (
            "Dim x(2000000, 2000000)\n",
            "Agent(1:5): the array is declared with bounds that are the wrong way round, or with too many elements",
        ),
        (
            "Sub a\nDim x, x\nEnd Sub\n",
            "Agent(2:8): `x` is declared twice",
        ),
        (
            "%Include \"no.lss\"\n",
            "Agent(1:10): the file no.lss to include is not there",
        ),
    ];
    for (source, expected) in cases {
        let script = parse(source);
        let error = Program::new(
            &[Module {
                name: "Agent",
                script: &script,
            }],
            &[],
        )
        .unwrap_err();
        assert_eq!(error.to_string(), expected, "{source}");
    }
}
