//! How to work with DXL: a guide with examples. There is no code here.
//!
//! # What DXL is
//!
//! Domino exports a database, or a part of one, as XML: documents (`<document>`, or raw `<note class='document'>`), profiles, and design (forms,
//! views, agents and so on). The same XML goes in again through the importer, which is stricter than the DTD. This crate reads what Domino writes,
//! and writes what the importer takes.
//!
//! # Four ways to read
//!
//! **Documents, one after the other.** For address books, calendars and mail: any size of file, one document in memory. [`Reader`] passes over the
//! design and gives each [`Document`]. Items are found in any case, and the same item may be a text in one document and a list in the next, so ask
//! for texts:
//!
//! ```
//! use dxl::{Limits, notes::Reader};
//!
//! let export = "<database xmlns='http://www.lotus.com/dxl'>
//! <document form='Person'>
//! <item name='ShortName'><text>alee</text></item>
//! <item name='CellPhoneNumber'><text>0491 570 156</text></item></document>
//! <document form='Person'>
//! <item name='ShortName'><textlist><text>bo</text><text>bob</text></textlist></item></document>
//! </database>";
//! let mut short_names = Vec::new();
//! for document in Reader::new(export.as_bytes(), Limits::default()) {
//!     let person = document?;
//!     short_names.push(person.texts("shortname").join("+"));
//! }
//! assert_eq!(short_names, ["alee", "bo+bob"]);
//! # Ok::<(), dxl::Error>(())
//! ```
//!
//! **A tree.** For design, and wherever one wants to look around: [`Tree`] keeps the whole file, each node with its position.
//!
//! ```
//! let tree = dxl::Tree::parse(
//!     "<database><view name='Sent'><column itemname='To'/><column itemname='At'/></view></database>",
//! )?;
//! let view = tree.root().first("view").unwrap();
//! let columns: Vec<_> = view.all("column").filter_map(|column| column.attribute("itemname")).collect();
//! assert_eq!(columns, ["To", "At"]);
//! assert_eq!(view.all("column").last().unwrap().path(), "/database/view/column[2]");
//! # Ok::<(), dxl::Error>(())
//! ```
//!
//! **Design.** On a tree: [`designs`] gives forms, views, agents and all the rest as views of their own, each with its name, aliases, flags, and its code by language and
//! event, with its place in the file. What was exported item by item, or is not known here, is there as well.
//!
//! ```
//! use dxl::design::{Database, Design, DesignElement, Language};
//!
//! let tree = dxl::Tree::parse("<database title='Texting'><acl><aclentry name='-Default-' level='author' default='true'/></acl>
//! <agent name='(Send)|send'><trigger type='agentlist'/><code event='options'><lotusscript>Use \"core\"</lotusscript></code></agent>
//! <view name='Sent'><code event='selection'><formula>SELECT Form = \"SMS\"</formula></code><column itemname='To'/></view></database>")?;
//! let database = Database::of(tree.root()).unwrap();
//! assert_eq!(database.acl().unwrap().others().unwrap().level().unwrap().word(), "author");
//! for design in database.designs() {
//!     for code in design.code().filter(|code| code.language() == Language::LotusScript) {
//!         assert_eq!((design.name().as_ref(), code.event(), code.position().line), ("(Send)", "options", 2));
//!     }
//!     if let Design::View(view) = design {
//!         assert_eq!(view.selection().unwrap().text(), "SELECT Form = \"SMS\"");
//!         assert_eq!(view.columns().next().unwrap().item_name(), Some("To"));
//!     }
//! }
//! # Ok::<(), dxl::Error>(())
//! ```
//!
//! **Events.** For a checker, or a format of one's own: [`Source`] gives start, end and text, with positions and the path of the open elements, in
//! memory that does not grow with the file.
//!
//! ```
//! use dxl::{Event, Limits, Source};
//!
//! let mut source = Source::new(&b"<form><body>\n<richtext/></body></form>"[..], Limits::default());
//! let mut deepest = String::new();
//! while let Some(event) = source.next()? {
//!     if let Event::Start { empty: true, position, .. } = event {
//!         assert_eq!((position.line, position.column), (2, 1));
//!         deepest = source.path().to_owned();
//!     }
//! }
//! assert_eq!(deepest, "/form/body/richtext");
//! # Ok::<(), dxl::Error>(())
//! ```
//!
//! # Values
//!
//! [`Item::value`] tells apart every type that an item may have; what cannot be read is a value too, not an error: [`Value::Sealed`],
//! [`Value::Unknown`], a number or a time that is none.
//!
//! Dates keep what was written, and know the instant where date, time and zone are all there. The offset in the text is what was in effect, so
//! summer time is in it and `dst` adds nothing:
//!
//! ```
//! use dxl::notes::DateTime;
//!
//! let sydney = DateTime::parse("20261202T090000,00+11", true)?;
//! let utc = DateTime::parse("20261201T220000,00Z", false)?;
//! assert_eq!(sydney.instant(), utc.instant());
//! assert_eq!(sydney.to_string(), "20261202T090000,00+11");
//! assert_eq!(DateTime::parse("20261202", false)?.instant(), None);
//! assert!(DateTime::parse("20261302", false).is_err());
//! # Ok::<(), dxl::notes::OddDateTime>(())
//! ```
//!
//! Rich text becomes the text that a person would read, by the rules of [`RichText`]:
//!
//! ```
//! use dxl::{Limits, notes::Reader};
//!
//! let mail = "<document form='Memo'><item name='Body'><richtext><pardef id='1'/><par def='1'>The offer:</par>
//! <par def='1'><attachmentref name='offer.pdf'/></par></richtext></item></document>";
//! let memo = Reader::new(mail.as_bytes(), Limits::default()).next().unwrap()?;
//! assert_eq!(memo.plain_text("Body"), "The offer:\n[offer.pdf]");
//! # Ok::<(), dxl::Error>(())
//! ```
//!
//! # Changing and writing
//!
//! What is not modelled is kept and written back as it was, white space included. The bytes are always the same for the same tree.
//!
//! ```
//! use dxl::{Limits, notes::Reader};
//!
//! let export = "<document form='SMS'>\n<item name='Status' summary='true'><text>queued</text></item>\n<later x='1'/></document>";
//! let mut sms = Reader::new(export.as_bytes(), Limits::default()).next().unwrap()?;
//! sms.set_texts("status", &["delivered"]);
//! assert_eq!(sms.to_xml()?, export.replace("queued", "delivered"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Trees are changed by the numbers of their nodes, or through an [`ElementMut`](crate::ElementMut):
//!
//! ```
//! let mut tree = dxl::Tree::new("database");
//! tree.root_mut().set("xmlns", dxl::NAMESPACE).append("page").set("name", "About").append("body");
//! assert_eq!(
//!     tree.root().to_xml()?,
//!     "<database xmlns='http://www.lotus.com/dxl'><page name='About'><body/></page></database>",
//! );
//! # Ok::<(), dxl::WriteError>(())
//! ```
//!
//! # Building
//!
//! Databases and their design are best made by the [`builder`]: in any order, and it comes out in the one that the DTD and the importer want. What it cannot make into something
//! that Domino takes, it refuses, and says how to mend it.
//!
//! ```
//! use dxl::builder::*;
//!
//! let table = Table::new(["1in", "100%"])
//!     .row([Cell::text("To"), Cell::new(Body::new().paragraph(Paragraph::new().field(Field::new("SendTo", FieldType::Names))))]);
//! let form = Form::new("SMS Message")
//!     .alias("SMS")
//!     .body(Body::new().table(table).subform("Status"))
//!     .script("Sub Querysave(Source As Notesuidocument, Continue As Variant)\nEnd Sub\n")
//!     .action(Action::new("Send").formula("@Command([ToolsRunMacro]; \"(Send)\")").hide("read preview"));
//! let view = View::new("Sent")
//!     .selection("SELECT Form = \"SMS\"")
//!     .column(Column::formula("Date", "@Created").sorted("descending"))
//!     .column(Column::item("To", "SendTo").width(20));
//! let update = Agent::new(
//!     "Update status",
//!     Trigger::Scheduled(Schedule::every_minutes(5).run_on(RunOn::Choose), DocumentSet::RunOnce),
//! );
//! let tree = Database::new("Texting")
//!     .part(update.script("Use \"core\"\nSub Initialize\nEnd Sub\n").enabled(false))
//!     .part(ScriptLibrary::lotusscript("core", "Option Declare\n"))
//!     .part(view)
//!     .part(form)
//!     .part(Subform::new("Status"))
//!     .part(Profile::new("Settings").item(Item::text("GatewayURL", "https://sms.example")))
//!     .acl(Acl::new().role("Admin").entry(AclEntry::new("LocalDomainAdmins", EntryType::PersonGroup, Level::Manager).role("Admin")))
//!     .build()?;
//! let elements: Vec<_> = tree.root().elements().map(|element| element.name()).collect();
//! assert_eq!(elements, ["acl", "subform", "form", "view", "scriptlibrary", "agent", "profiledocument"]);
//!
//! let often = Agent::new("Poll", Trigger::Scheduled(Schedule::every_minutes(1), DocumentSet::RunOnce));
//! let why = often.formula("@True").build().unwrap_err();
//! assert_eq!(
//!     why.to_string(),
//!     "agent[Poll]/trigger/schedule: it cannot run so often, or so seldom; let it run every 5 to 1440 minutes"
//! );
//! # Ok::<(), dxl::builder::BuildError>(())
//! ```
//!
//! # Checking
//!
//! [`check`](fn@crate::check::check) reads a file once and tells every mistake with its place, the rule, why it is one, and the remedy. The
//! profile says what for: [`Profile::Reading`] is for what comes out of Notes, [`Profile::Import`] adds what only the importer minds. The
//! schema is that of Domino 9.0.1, or [of any DTD](crate::schema::Schema::from_dtd).
//!
//! ```
//! use dxl::check::{Options, Profile, Severity, check};
//!
//! let design = "<database xmlns='http://www.lotus.com/dxl' title='Boats'>
//! <form name='Boat'><actionbar><action title='Save &amp; close'/></actionbar><body><richtext/></body></form>
//! <form name='Boat'><body><richtext/></body></form></database>";
//! assert_eq!(check("boats.dxl", design.as_bytes(), &Options::new(Profile::Reading))?.findings, []);
//!
//! let checked = check("boats.dxl", design.as_bytes(), &Options::new(Profile::Import))?;
//! let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
//! assert_eq!(told, [
//!     "boats.dxl:2:38: error[action-title-ampersand]: the action's title \"Save & close\" has a & in it",
//!     "boats.dxl:3:7: error[duplicate-name]: there is a form \"Boat\" already, on line 2",
//! ]);
//! assert_eq!((checked.findings[0].severity, checked.findings[0].remedy.as_str()), (Severity::Error, "write “and”, or +"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Files that together are one database, a note in each, share their names: [`Names`] adds a warning for each that two of them have.
//!
//! # Comparing, and keeping in a repository
//!
//! [`diff`](fn@crate::diff::diff) tells what really differs: what servers write, order without meaning and the exporter's numbers do not count. Texts and code
//! are compared by line.
//!
//! ```
//! use dxl::{Tree, diff::{Options, What, diff}};
//!
//! let old = Tree::parse("<page name='About' version='9.0'><noteinfo sequence='3'/><body><richtext>
//! <pardef id='4'/><par def='4'>Boats</par></richtext></body></page>")?;
//! let new = Tree::parse("<page version='12.0' name='About'><noteinfo sequence='7'/><body><richtext>
//! <pardef id='1'/><par def='1'>Boats and ships</par></richtext></body></page>")?;
//! let difference = diff(&old, &new, &Options::default());
//! let [change] = difference.changes.as_slice() else { panic!("{difference}") };
//! assert_eq!(change.path, "/page[About]/body/richtext/par");
//! assert!(matches!(&change.what, What::Text { hunks } if hunks[0].lines[1].text == "Boats and ships"));
//! # Ok::<(), dxl::Error>(())
//! ```
//!
//! [`clean`](fn@crate::clean::clean) takes out what changes by itself and puts the rest into one order, so that two exports of one design are the same to the byte.
//! Nothing that diff would tell of is lost. Files that belong together are cleaned with the [`Links`] of all, so that the ids which others point to stay.
//!
//! ```
//! use dxl::{Tree, clean::{Links, clean_among}};
//!
//! let files = [
//!     "<document form='Answer' parent='85257C43005FA91585257C43005FA915'/>",
//!     "<document form='Question'><noteinfo noteid='8f6' unid='85257C43005FA91585257C43005FA915' sequence='2'/></document>",
//! ];
//! let mut trees = files.map(|file| Tree::parse(file).unwrap());
//! let mut links = Links::new();
//! trees.iter().for_each(|tree| links.gather(tree));
//! trees.iter_mut().for_each(|tree| clean_among(tree, &links));
//! assert_eq!(
//!     trees[1].root().to_xml()?,
//!     "<document form='Question'>\n<noteinfo unid='85257C43005FA91585257C43005FA915'/>\n</document>"
//! );
//! # Ok::<(), dxl::WriteError>(())
//! ```
//!
//! # When input is bad
//!
//! UTF-8 and UTF-16 are read, with a byte order mark or without, and Latin-1 and Windows-1252 where the declaration says so. A DOCTYPE is reported
//! and never fetched; one with declarations in it is refused, and so is every entity but the five of XML. An [`Error`](crate::Error) says where, and what to do:
//!
//! ```
//! let why = dxl::Tree::parse("<database>\n<form name='Memo'><body>").unwrap_err();
//! assert_eq!(
//!     why.to_string(),
//!     "line 2, column 25, in /database/form/body: the file ends inside <body>; export it again, or fetch it in full"
//! );
//! assert_eq!(why.place().position.line, 2);
//! ```
//!
//! The file is never held as a whole: [`Source`], [`Reader`] and the checker take as much memory as the longest piece, and the checker not even that,
//! for it takes long texts [in pieces](crate::Source::in_pieces). [`Limits`](crate::Limits) hold depth, attributes, names, single texts and the nodes of a tree. Nothing recurses, so depth costs memory, not the stack.
//!
//! [`Document`]: crate::notes::Document
//! [`Links`]: crate::clean::Links
//! [`Names`]: crate::check::Names
//! [`Profile::Import`]: crate::check::Profile::Import
//! [`Profile::Reading`]: crate::check::Profile::Reading
//! [`builder`]: mod@crate::builder
//! [`designs`]: crate::design::designs
//! [`Item::value`]: crate::notes::Item::value
//! [`Reader`]: crate::notes::Reader
//! [`RichText`]: crate::notes::RichText
//! [`Source`]: crate::Source
//! [`Tree`]: crate::Tree
//! [`Value::Sealed`]: crate::notes::Value::Sealed
//! [`Value::Unknown`]: crate::notes::Value::Unknown
