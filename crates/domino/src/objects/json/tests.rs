//! Cases as documented, and JSON of any kind.

use super::read::read;
use super::tree::{MAX_DEPTH, ROOT};
use crate::objects::bench::{check, printed};
use proptest::prelude::*;

const OBJECTS: &str = r#"Set j = s.CreateJSONNavigator(|{"objects":{"object1": {"inner1":"innerval1"},"object2": {"inner2":"innverval2"}, "object3": {"inner3":"innverval3"}}}|)
Set el = j.GetFirstElement()
Set obj = el.Value
"#;

const NUMBERS: &str = r#"Set j = s.CreateJSONNavigator(|{"numbers" : [1,2,3,4,5]}|)
Set el = j.GetFirstElement()
Set arr = el.Value
"#;

#[test]
fn navigators_are_as_documented() {
    check(&[
        (
            "NotesJSONNavigator.GetElementByName",
            "Set j = s.CreateJSONNavigator(|{\"test\":\"A string\"}|)\nSet el = j.GetElementByName(\"test\")\nPrint el.Name & \"=\" & el.Value",
            "test=A string",
        ),
        (
            "NotesJSONNavigator.GetElementByName, not found",
            "Set j = s.CreateJSONNavigator(|{\"test\":\"A string\"}|)\nSet el = j.GetElementByName(\"test1\")",
            "error 4843: JSON Element not found",
        ),
        (
            "NotesJSONNavigator.GetElementByName, SuppressErrors",
            "Set j = s.CreateJSONNavigator(|{\"test\":\"A string\"}|)\nSet el = j.GetElementByName(\"test1\", True)\nPrint el Is Nothing",
            "True",
        ),
        (
            "NotesJSONNavigator.GetElementByPointer",
            "Set j = s.CreateJSONNavigator(|{\"fruit\" : [\"apple\", \"banana\"], \"price\" : 1.99}|)\nPrint j.GetElementByPointer(\"/fruit\").Type & j.GetElementByPointer(\"/fruit/0\").Value & j.GetElementByPointer(\"/fruit/1\").Value & j.GetElementByPointer(\"/price\").Value",
            "2applebanana1.99",
        ),
        (
            "NotesJSONNavigator.GetElementByPointer, the whole document",
            "Set j = s.CreateJSONNavigator(|{\"test1\":\"A string 1\", \"test2\":\"A String2\"}|)\nSet el = j.GetElementByPointer(\"\")\nSet sb = el.Value.GetFirstElement()\nWhile Not (sb Is Nothing)\nPrint sb.Value\nSet sb = el.Value.GetNextElement()\nWend",
            "A string 1|A String2",
        ),
        (
            "NotesJSONNavigator.GetElementByPointer, SuppressErrors",
            "Set j = s.CreateJSONNavigator(|{\"test\":\"A string\"}|)\nPrint j.GetElementByPointer(\"/test1\", True) Is Nothing\nSet el = j.GetElementByPointer(\"/test1\")",
            "True|error 4843: JSON Element not found",
        ),
        (
            "NotesJSONNavigator.GetElementByPointer, escapes of RFC 6901",
            "Set j = s.CreateJSONNavigator(|{\"a/b\":1,\"m~n\":2,\"\":3,\" \":4,\"~1\":5}|)\nPrint j.GetElementByPointer(\"/a~1b\").Value & j.GetElementByPointer(\"/m~0n\").Value & j.GetElementByPointer(\"/\").Value & j.GetElementByPointer(\"/ \").Value & j.GetElementByPointer(\"/~01\").Value",
            "12345",
        ),
        (
            "NotesJSONNavigator.GetElementByPointer, indexes of RFC 6901",
            "Set j = s.CreateJSONNavigator(|[10,20]|)\nPrint j.GetElementByPointer(\"/1\").Value\nPrint j.GetElementByPointer(\"/01\", True) Is Nothing\nPrint j.GetElementByPointer(\"/-\", True) Is Nothing\nPrint j.GetElementByPointer(\"1\", True) Is Nothing",
            "20|True|True|True",
        ),
        (
            "NotesJSONNavigator.GetNextElement",
            "Set j = s.CreateJSONNavigator(|{ \"element1\" : \"A string\", \"element2\" : \"Another string\" }|)\nSet el = j.GetFirstElement()\nSet el = j.GetNextElement()\nPrint el.Name & \"=\" & el.Value\nPrint j.GetNextElement() Is Nothing",
            "element2=Another string|True",
        ),
        (
            "NotesJSONNavigator.GetNthElement",
            "Set j = s.CreateJSONNavigator(|{ \"element1\" : \"A string\", \"element2\" : \"Another string\", \"element3 \": \"Third string\" }|)\nPrint j.GetNthElement(2).Value",
            "Another string",
        ),
        (
            "NotesJSONNavigator.GetNthElement, SuppressErrors",
            "Set j = s.CreateJSONNavigator(|{\"test1\":\"A string 1\", \"test2\":\"A String2\"}|)\nPrint j.GetNthElement(3, True) Is Nothing\nSet el = j.GetNthElement(3)",
            "True|error 4000: Index is out of range",
        ),
        (
            "NotesJSONNavigator, no input and an empty text",
            "Set j = s.CreateJSONNavigator()\nPrint j.Stringify()\nSet j = s.CreateJSONNavigator(\"\")\nPrint j.Stringify() & (j.GetFirstElement() Is Nothing)",
            "{}|{}True",
        ),
        (
            "NotesJSONNavigator, the root as array",
            "Set j = s.CreateJSONNavigator(\"[]\")\nCall j.AppendElement(1, \"not used\")\nPrint j.Stringify()",
            "[1]",
        ),
        (
            "NotesJSONNavigator, a NotesStream",
            "Set x = s.CreateStream\nCall x.WriteText(|{\"a\":\"é\"}|)\nSet j = s.CreateJSONNavigator(x)\nCall x.Close\nPrint j.GetElementByName(\"a\").Value",
            "é",
        ),
        (
            "NotesJSONNavigator.AppendElement",
            "Set j = s.CreateJSONNavigator(\"\")\nSet el = j.AppendElement(3, \"newvalue\")\nPrint el.Name & el.Value & j.Stringify()",
            "newvalue3{\"newvalue\":3}",
        ),
        (
            "NotesJSONNavigator.AppendArray, example 1",
            "Set j = s.CreateJSONNavigator()\nSet arr = j.AppendArray()\nCall j.AppendElement(\"An\")\nCall j.AppendElement(\"array\")\nCall j.AppendElement(\"of\")\nCall j.AppendElement(\"strings\")\nPrint j.Stringify()\nPrint arr.Size",
            "[\"An\",\"array\",\"of\",\"strings\"]|4",
        ),
        (
            "NotesJSONNavigator.AppendArray, example 2",
            "Set j = s.CreateJSONNavigator(\"\")\nSet arr = j.AppendArray(\"myarray\")\nCall arr.AppendElement(\"An\")\nCall arr.AppendElement(\"array\")\nPrint j.Stringify()",
            "{\"myarray\":[\"An\",\"array\"]}",
        ),
        (
            "NotesJSONNavigator.AppendObject",
            "Set j = s.CreateJSONNavigator(\"\")\nSet obj = j.AppendObject(\"myobject\")\nCall obj.AppendElement(\"string value\", \"prop1\")\nPrint j.Stringify()",
            "{\"myobject\":{\"prop1\":\"string value\"}}",
        ),
        (
            "NotesJSONNavigator.AppendElement, types that are allowed",
            "Set j = s.CreateJSONNavigator(\"[]\")\nCall j.AppendElement(\"t\")\nCall j.AppendElement(1)\nCall j.AppendElement(100000)\nCall j.AppendElement(1.5)\nCall j.AppendElement(True)\nPrint j.Stringify()\nDim a(1)\nCall j.AppendElement(a)",
            "[\"t\",1,100000,1.5,true]|error 13: Type mismatch: argument 1 of NotesJSONNavigator.AppendElement is not a text, a number or a truth value",
        ),
    ]);
}

#[test]
fn elements_are_as_documented() {
    check(&[
        (
            "NotesJSONElement.Type",
            "Set j = s.CreateJSONNavigator(|{\"o\":{},\"a\":[],\"s\":\"\",\"n\":1,\"b\":true,\"e\":null}|)\nSet el = j.GetFirstElement()\nWhile Not (el Is Nothing)\nPrint el.Name & el.Type\nSet el = j.GetNextElement()\nWend",
            "o1|a2|s3|n4|b5|e64",
        ),
        (
            "NotesJSONElement.Type, constants",
            "Set j = s.CreateJSONNavigator(|[{}]|)\nPrint j.GetFirstElement().Type = JSONELEM_TYPE_OBJECT",
            "True",
        ),
        (
            "NotesJSONElement.Value, data types",
            "Set j = s.CreateJSONNavigator(|[\"x\",true,1,100000,3000000000,1.5,1e2,null]|)\nSet el = j.GetFirstElement()\nWhile Not (el Is Nothing)\nPrint TypeName(el.Value);\nPrint \" \";\nSet el = j.GetNextElement()\nWend",
            "STRING BOOLEAN INTEGER LONG DOUBLE DOUBLE DOUBLE EMPTY ",
        ),
        (
            "NotesJSONElement.Value, objects and arrays",
            "Set j = s.CreateJSONNavigator(|[{},[]]|)\nPrint TypeName(j.GetNthElement(1).Value) & \" \" & TypeName(j.GetNthElement(2).Value)",
            "NOTESJSONOBJECT NOTESJSONARRAY",
        ),
        (
            "NotesJSONElement.Value, setting it",
            "Set j = s.CreateJSONNavigator(|{\"a\":1}|)\nSet el = j.GetElementByName(\"a\")\nel.Value = \"two\"\nPrint el.Type & j.Stringify()",
            "3{\"a\":\"two\"}",
        ),
        (
            "NotesJSONElement.Copy",
            "Set k = s.CreateJSONNavigator(\"\")\nSet j = s.CreateJSONNavigator(|{\"name\":\"John Doe\",\"age\":30,\"contact\":{\"email\":\"john.doe@example.com\",\"phone\":\"555-1234\"}}|)\nSet e = j.GetFirstElement()\nWhile Not (e Is Nothing)\nSet f = k.AppendElement(\"\", e.Name)\nCall f.Copy(e)\nSet e = j.GetNextElement()\nWend\nPrint k.Stringify()",
            "{\"name\":\"John Doe\",\"age\":30,\"contact\":{\"email\":\"john.doe@example.com\",\"phone\":\"555-1234\"}}",
        ),
        (
            "NotesJSONElement, members",
            "Set j = s.CreateJSONNavigator(|[1]|)\nPrint j.GetFirstElement().Size",
            "error 185: NotesJSONElement has no member size",
        ),
    ]);
}

#[test]
fn objects_and_arrays_are_as_documented() {
    let objects = [
        (
            "NotesJSONObject.GetElementByName",
            "Set el = obj.GetElementByName(\"object1\")\nSet el = el.Value.GetElementByName(\"inner1\")\nPrint \"object1 = \" & CStr(el.Name) & \":\" & CStr(el.Value)",
            "object1 = inner1:innerval1",
        ),
        (
            "NotesJSONObject.GetElementByName, not found",
            "Set el = obj.GetElementByName(\"nobody\")",
            "error 4843: JSON Element not found",
        ),
        (
            "NotesJSONObject.GetFirstElement",
            "Set el = obj.GetFirstElement()\nSet el = el.Value.GetElementByName(\"inner1\")\nPrint \"First object = \" & CStr(el.Name) & \":\" & CStr(el.Value)",
            "First object = inner1:innerval1",
        ),
        (
            "NotesJSONObject.GetNextElement",
            "Set el = obj.GetFirstElement()\nSet el = obj.GetNextElement()\nSet el = el.Value.GetElementByName(\"inner2\")\nPrint \"Next object = \" & CStr(el.Name) & \":\" & CStr(el.Value)",
            "Next object = inner2:innverval2",
        ),
        (
            "NotesJSONObject.GetNthElement",
            "Set el = obj.GetNthElement(3)\nSet obj = el.Value\nSet el = obj.GetElementByName(\"inner3\")\nPrint \"Nth (3) object = \" & CStr(el.Name) & \":\" & CStr(el.Value)",
            "Nth (3) object = inner3:innverval3",
        ),
        (
            "NotesJSONObject.GetNthElement, SuppressErrors",
            "Print obj.GetNthElement(4, True) Is Nothing",
            "True",
        ),
        ("NotesJSONObject.Size", "Print obj.Size", "3"),
        (
            "NotesJSONObject.GetElementByPointer",
            "Print obj.GetElementByPointer(\"/object2/inner2\").Value",
            "innverval2",
        ),
        (
            "NotesJSONObject.AppendElement",
            "Set j = s.CreateJSONNavigator(\"\")\nSet o = j.AppendObject(\"myobject\")\nSet el = o.AppendElement(3, \"numberproperty\")\nPrint j.Stringify()",
            "{\"myobject\":{\"numberproperty\":3}}",
        ),
        (
            "NotesJSONObject.AppendArray",
            "Set j = s.CreateJSONNavigator(\"\")\nSet o = j.AppendObject(\"myobject\")\nSet a = o.AppendArray(\"myarray\")\nCall a.AppendElement(1)\nCall a.AppendElement(2)\nCall a.AppendElement(3)\nPrint j.Stringify()",
            "{\"myobject\":{\"myarray\":[1,2,3]}}",
        ),
        (
            "NotesJSONObject.Copy",
            "Set j = s.CreateJSONNavigator(\"\")\nSet o = j.AppendObject(\"myobject\")\nSet n = o.AppendObject(\"nestedObject\")\nCall n.AppendElement(\"value1\", \"prop1\")\nSet k = s.CreateJSONNavigator(\"\")\nSet p = k.AppendObject(\"myobject1\")\nCall p.Copy(o)\nPrint k.Stringify()",
            "{\"myobject1\":{\"nestedObject\":{\"prop1\":\"value1\"}}}",
        ),
    ];
    for (documented, body, expected) in objects {
        let body = format!("{OBJECTS}{body}");
        assert_eq!(
            printed(&body),
            expected,
            "as documented in {documented}:\n{body}"
        );
    }
    let numbers = [
        (
            "NotesJSONArray.GetFirstElement",
            "Print \"First element: \" & CStr(arr.GetFirstElement().Value)",
            "First element: 1",
        ),
        (
            "NotesJSONArray.GetNextElement",
            "Set el = arr.GetFirstElement()\nSet el = arr.GetNextElement()\nPrint \"Next element: \" & CStr(el.Value)",
            "Next element: 2",
        ),
        (
            "NotesJSONArray.GetNthElement",
            "Print \"Nth element: \" & CStr(arr.GetNthElement(4).Value)",
            "Nth element: 4",
        ),
        (
            "NotesJSONArray.GetNthElement, out of range",
            "Print arr.GetNthElement(6, True) Is Nothing\nSet el = arr.GetNthElement(6)",
            "True|error 4000: Index is out of range",
        ),
        ("NotesJSONArray.Size", "Print arr.Size", "5"),
        (
            "NotesJSONArray.AppendElement",
            "Set j = s.CreateJSONNavigator(\"\")\nSet a = j.AppendArray(\"myarray\")\nSet el = a.AppendElement(3)\nSet el = a.AppendElement(4)\nPrint j.Stringify()",
            "{\"myarray\":[3,4]}",
        ),
        (
            "NotesJSONArray.AppendObject",
            "Set j = s.CreateJSONNavigator(\"\")\nSet a = j.AppendArray(\"myarray\")\nCall a.AppendElement(1)\nSet n = a.AppendObject\nCall n.AppendElement(4, \"first element\")\nPrint j.Stringify()",
            "{\"myarray\":[1,{\"first element\":4}]}",
        ),
        (
            "NotesJSONArray.AppendArray",
            "Set j = s.CreateJSONNavigator(\"\")\nSet a = j.AppendArray(\"myarray\")\nCall a.AppendElement(1)\nSet n = a.AppendArray()\nCall n.AppendElement(4)\nPrint j.Stringify()",
            "{\"myarray\":[1,[4]]}",
        ),
        (
            "NotesJSONArray.Copy",
            "Set k = s.CreateJSONNavigator(\"\")\nSet b = k.AppendArray(\"myarray1\")\nCall b.Copy(arr)\nPrint k.Stringify()",
            "{\"myarray1\":[1,2,3,4,5]}",
        ),
        (
            "NotesJSONArray.Copy, an object is no array",
            "Set k = s.CreateJSONNavigator(\"\")\nSet b = k.AppendObject(\"o\")\nCall b.Copy(arr)",
            "error 13: Type mismatch: argument 1 of NotesJSONObject.Copy is not NotesJSONObject",
        ),
    ];
    for (documented, body, expected) in numbers {
        let body = format!("{NUMBERS}{body}");
        assert_eq!(
            printed(&body),
            expected,
            "as documented in {documented}:\n{body}"
        );
    }
}

#[test]
fn what_is_no_json_is_said_as_notes_says_it() {
    let cases = [
        ("{a:1}", "Missing a name for object member, offset 1"),
        (
            "{\"a\" 1}",
            "Missing a colon after a name of object member, offset 5",
        ),
        (
            "{\"a\":1 \"b\":2}",
            "Missing a comma or } after an object member, offset 7",
        ),
        (
            "[1 2]",
            "Missing a comma or ] after an array element, offset 3",
        ),
        ("[1,]", "Invalid value, offset 3"),
        ("{\"a\":1,}", "Missing a name for object member, offset 7"),
        ("nul", "Invalid value, offset 0"),
        (
            "\"a",
            "Missing a closing quotation mark in string, offset 0",
        ),
        ("\"\\x\"", "Invalid escape character in string, offset 1"),
        (
            "\"\\u12g4\"",
            "Incorrect hex digit after \\u escape in string, offset 1",
        ),
        (
            "\"\\ud800\"",
            "The surrogate pair in string is invalid, offset 1",
        ),
        (
            "\"\\udc00\"",
            "The surrogate pair in string is invalid, offset 1",
        ),
        ("\"a\nb\"", "Invalid encoding in string, offset 2"),
        (
            "1 2",
            "The document root must not be followed by other values, offset 2",
        ),
        (" ", "The document is empty, offset 1"),
        ("1.", "Miss fraction part in number, offset 2"),
        ("1e", "Miss exponent in number, offset 2"),
        ("-", "Invalid value, offset 1"),
        ("1e999", "Number too big to be stored in double, offset 5"),
    ];
    for (text, expected) in cases {
        let error = read(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Unable to parse JSON string: {expected}"),
            "{text}"
        );
    }
    let script = "Set j = s.CreateJSONNavigator(|{a:1}|)";
    let message =
        "error 4000: Unable to parse JSON string: Missing a name for object member, offset 1";
    assert_eq!(printed(script), message);
}

#[test]
fn depth_is_limited_when_read_and_when_made() {
    let nest = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nest(MAX_DEPTH)).is_ok());
    assert!(read(&nest(MAX_DEPTH + 2)).is_err());
    let script = "Set j = s.CreateJSONNavigator(\"[]\")\nSet a = j.AppendArray()\nFor i = 1 To 300\nSet a = a.AppendArray()\nNext";
    assert_eq!(
        printed(script),
        "error 4000: JSON goes at most 256 deep here"
    );
    let itself = "Set j = s.CreateJSONNavigator(|{\"a\":{\"b\":1}}|)\nSet o = j.GetElementByName(\"a\").Value\nSet n = o.AppendObject(\"c\")\nCall n.Copy(o)\nPrint j.Stringify()";
    assert_eq!(
        printed(itself),
        "{\"a\":{\"b\":1,\"c\":{\"b\":1,\"c\":{}}}}"
    );
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(|number| serde_json::Value::from(f64::from(number) / 16.0)),
        "\\PC{0,12}|[\\x00-\\x1f\"\\\\/]{0,6}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::hash_map("\\PC{0,6}", inner, 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_comes_back(value in any_json(), is_pretty in any::<bool>()) {
        let text = match is_pretty {
            true => serde_json::to_string_pretty(&value),
            false => serde_json::to_string(&value),
        };
        let tree = read(&text.unwrap()).unwrap();
        let again: serde_json::Value = serde_json::from_str(&tree.write(ROOT)).unwrap();
        prop_assert_eq!(again, value);
    }

    #[test]
    fn what_another_reader_takes_is_taken_and_nothing_else(text in "[\\[\\]{},:\"ab0-9.eE+\\\\u -]{0,24}|true|nul") {
        let other: Result<serde_json::Value, _> = serde_json::from_str(&text);
        prop_assert_eq!(read(&text).is_ok(), other.is_ok(), "{}", text);
    }
}
