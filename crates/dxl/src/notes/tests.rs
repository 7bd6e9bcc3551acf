//! Documents in every shape, out of files of every kind, read and changed.

use super::{Document, DocumentKind, Reader, Value};
use crate::error::Error;
use crate::source::Limits;
use proptest::prelude::*;

const FILE: &str = "<?xml version='1.0' encoding='utf-8'?>
<database xmlns='http://www.lotus.com/dxl' title='Names' replicaid='C12587AA00112233'>
<databaseinfo dbid='1'/>
<note class='icon'><item name='$TITLE'><text>Names</text></item></note>
<form name='Person'><body><richtext><par/></richtext></body></form>
<document form='Person'>
<noteinfo noteid='8fa' unid='A1B2C3D4E5F60718293A4B5C6D7E8F90' sequence='3'>
<created><datetime dst='true'>20240701T091500,12+10</datetime></created>
<modified><datetime>some day</datetime></modified></noteinfo>
<updatedby><name>CN=Ann</name><name>CN=Bo</name></updatedby>
<item name='FullName' names='true'><textlist><text>CN=Ann Lee/O=X</text><text>Ann Lee</text></textlist></item>
<item name='CellPhoneNumber'><text>0491 570 156</text></item>
<item name='Comment'><text>one<break/>two</text></item>
<item name='comment'><text>three</text></item>
<future kept='yes'> as it was </future></document>
<document form='Memo' parent='A1B2C3D4E5F60718293A4B5C6D7E8F90' response='true' conflict='true' truncated='true'>
<mime>Content-Type: text/plain

Hello</mime></document>
<profiledocument name='Settings' username='CN=Ann'><item name='Url'><text>x</text></item></profiledocument>
<note class='document'>
<item name='form'><text>(ReplyNotice)</text></item>
<item name='$REF' summary='true'>
<rawitemdata type='4'>
AQAxYksAtIUlwbwuNs2/jbuP
</rawitemdata></item>
<item name='Body'><richtext><par>one</par></richtext></item>
<item name='Body'><richtext><par>two</par></richtext></item>
<item name='$FILE'><object><file name='a.txt'><created><datetime/></created><modified><datetime/></modified></file></object></item></note>
</database>";

fn documents(text: &str) -> Vec<Document> {
    Reader::new(text.as_bytes(), Limits::default())
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn both_shapes_and_their_kin() {
    let mut reader = Reader::new(FILE.as_bytes(), Limits::default());
    let all: Vec<Document> = reader.by_ref().map(Result::unwrap).collect();
    assert_eq!(reader.database().unwrap().attribute("title"), Some("Names"));
    let [person, memo, settings, notice] = all.as_slice() else {
        panic!("{} documents", all.len());
    };

    assert_eq!(person.kind(), DocumentKind::Document);
    assert_eq!(person.form().unwrap(), "Person");
    assert_eq!(person.unid(), Some("A1B2C3D4E5F60718293A4B5C6D7E8F90"));
    assert_eq!(
        (person.note_id(), person.sequence()),
        (Some("8fa"), Some(3))
    );
    assert_eq!(person.position().line, 6);
    assert_eq!(person.updated_by(), ["CN=Ann", "CN=Bo"]);
    assert_eq!(
        person.created().unwrap().value.unwrap().instant(),
        Some(1_719_789_300_120)
    );
    let modified = person.modified().unwrap();
    assert!(modified.value.is_err() && modified.position.line == 9);
    assert_eq!(person.texts("FULLNAME"), ["CN=Ann Lee/O=X", "Ann Lee"]);
    assert_eq!(person.texts("Comment"), ["one\ntwo", "three"]);
    assert_eq!(person.text("nothing"), "");
    assert!(person.item("fullname").unwrap().has("names"));
    assert!(!person.is_response() && !person.is_conflict() && person.mime().is_none());

    assert!(memo.is_response() && memo.is_conflict() && memo.is_truncated());
    assert_eq!(memo.parent().unwrap(), "A1B2C3D4E5F60718293A4B5C6D7E8F90");
    assert!(memo.mime().unwrap().ends_with("\n\nHello"));

    assert_eq!(settings.kind(), DocumentKind::Profile);
    assert_eq!(
        (settings.profile_name(), settings.profile_user()),
        (Some("Settings"), Some("CN=Ann"))
    );
    assert_eq!(person.profile_name(), None);

    assert_eq!(notice.kind(), DocumentKind::Note);
    assert_eq!(notice.form().unwrap(), "(ReplyNotice)");
    assert_eq!(notice.parent().unwrap(), "C12585B4004B62318FBB8DBFCD362EBC");
    assert_eq!(notice.plain_text("body"), "one\ntwo");
    let names: Vec<_> = notice.attachments().map(|file| file.name()).collect();
    assert_eq!(names, ["a.txt"]);
    assert!(matches!(
        notice.item("$ref").unwrap().value(),
        Value::Raw { kind: "4", .. }
    ));
}

#[test]
fn a_document_may_be_the_root() {
    for (text, count) in [
        (
            "<document form='A'><item name='B'><text>c</text></item></document>",
            1,
        ),
        ("<note class='document'/>", 1),
        ("<profiledocument name='x'/>", 1),
        ("<note class='form'/>", 0),
        ("<form><document/></form>", 0),
        ("<database/>", 0),
        ("<database><database><document/></database></database>", 0),
    ] {
        assert_eq!(documents(text).len(), count, "{text}");
    }
}

#[test]
fn what_is_not_modelled_is_written_back() {
    let person = &documents(FILE)[0];
    let start = FILE.find("<document form='Person'").unwrap();
    let end = start + FILE[start..].find("</document>").unwrap() + "</document>".len();
    assert_eq!(person.to_xml().unwrap(), FILE[start..end]);
}

#[test]
fn a_cut_file_gives_what_is_whole_and_then_an_error() {
    let cut = &FILE[..FILE.find("<profiledocument").unwrap() + 5];
    let mut reader = Reader::new(cut.as_bytes(), Limits::default());
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_ok());
    assert!(matches!(reader.next(), Some(Err(Error::CutOff { .. }))));
    assert!(reader.next().is_none());
}

#[test]
fn one_document_may_not_be_endless() {
    let limits = Limits {
        nodes: 100,
        ..Limits::default()
    };
    let small = "<document><item name='a'><text>b</text></item></document>".repeat(100);
    let many = Reader::new(format!("<database>{small}</database>").as_bytes(), limits).count();
    assert_eq!(many, 100);
    let large = format!("<document>{}</document>", "<item name='a'/>".repeat(100));
    let mut reader = Reader::new(large.as_bytes(), limits);
    assert!(matches!(
        reader.next(),
        Some(Err(Error::TooMany { limit: 100, .. }))
    ));
}

#[test]
fn items_are_set_and_removed() {
    let mut person = documents(FILE).swap_remove(0);
    person.set_texts("fullname", &["CN=Bo"]);
    person.set_texts("comment", &["a\n\nb", "", "c"]);
    person.set_numbers("Size", &[1.5]);
    person.set_numbers("Sizes", &[1.0, f64::NAN, -2e20]);
    person.set_date_times(
        "When",
        &[super::DateTime::parse("20240701T091500,12+10", true).unwrap()],
    );
    assert!(person.remove_item("CELLPHONENUMBER"));
    assert!(!person.remove_item("CellPhoneNumber"));
    let xml = person.to_xml().unwrap();
    let from = xml.find("<item").unwrap();
    assert_eq!(
        &xml[from..],
        "<item name='FullName' names='true'><text>CN=Bo</text></item>
<item name='Comment'><textlist><text>a<break/><break/>b</text><text/><text>c</text></textlist></item>
<item name='Size'><number>1.5</number></item>
<item name='Sizes'><numberlist><number>1</number><number>-200000000000000000000</number></numberlist></item>
<item name='When'><datetime dst='true'>20240701T091500,12+10</datetime></item>
<future kept='yes'> as it was </future></document>"
    );
    assert_eq!(person.texts("Comment"), ["a\n\nb", "", "c"]);
    assert_eq!(documents(&xml)[0].to_xml().unwrap(), xml);

    let mut made = Document::new("SMS");
    made.set_texts("To", &["+61 491 570 156"]);
    made.set_texts("Nobody", &[]);
    assert_eq!(
        made.to_xml().unwrap(),
        "<document xmlns='http://www.lotus.com/dxl' form='SMS'>\n<item name='To'><text>+61 491 570 156</text></item>\n\
         <item name='Nobody'><textlist/></item></document>"
    );
    assert_eq!(Document::from_element(made.element()).unwrap(), made);
}

proptest! {
    #[test]
    fn what_is_set_is_read(texts in prop::collection::vec("\\PC{0,6}\n?[ -~]{0,6}", 0..5), numbers in prop::collection::vec(any::<f64>(), 0..4)) {
        let mut made = Document::new("A");
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        made.set_texts("T", &borrowed);
        made.set_numbers("N", &numbers);
        let read = documents(&made.to_xml().unwrap()).swap_remove(0);
        prop_assert_eq!(read.texts("t"), borrowed);
        let finite: Vec<f64> = numbers.into_iter().filter(|number| number.is_finite()).collect();
        prop_assert_eq!(read.numbers("n"), finite);
        prop_assert_eq!(read, made);
    }
}
