//! Scripts against the objects, as HCL documents each class; a group names the class that its cases are about. Each case is a script and the lines that it prints, joined by `|`.

mod agents;
mod dates;
mod documents;
mod limits;
mod members;
mod names;
mod sessions;
mod views;
mod windows;

use crate::agent::spell;
use crate::store::tree_of;
use crate::world::World;
use crate::{DatabaseId, objects::database::OpenDatabase};
use jiff::tz::TimeZone;
use lotusscript::run::{Limits, Module, Program, RunOptions};
use lotusscript::syntax::parse;
use std::rc::Rc;
use std::time::Duration;

/// A small shop: orders by region, answers to an order, a profile, a list of who may do what.
pub(crate) const SHOP: &str = "<?xml version='1.0' encoding='utf-8'?>
<database xmlns='http://www.lotus.com/dxl' version='9.0' title='Shop' replicaid='C12587AA00112233' path='shop.nsf'>
<acl maxinternetaccess='reader' adminserver='CN=Hub/O=Acme'><role>[Admin]</role><role>[Clerk]</role>
<aclentry name='-Default-' default='true' level='author' createdocs='true'/>
<aclentry name='CN=Ann Lee/O=Acme' type='person' level='manager' deletedocs='true'><role>[Admin]</role></aclentry>
<aclentry name='Staff' type='persongroup' level='editor'><role>[Clerk]</role></aclentry></acl>
<note class='icon'><item name='$TITLE'><text>Shop</text></item></note>
<form name='Order|O'><body><richtext><pardef id='1'/><par def='1'>
<field name='Customer' type='text' kind='editable'><code event='defaultvalue'><formula>\"nobody\"</formula></code>
<code event='inputtranslation'><formula>@Trim(Customer)</formula></code><code event='inputvalidation'><formula>@If(Customer = \"\"; @Failure(\"Who buys?\"); @Success)</formula></code></field>
<field name='Quantity' type='number' kind='editable'><code event='defaultvalue'><formula>1</formula></code></field>
<field name='Price' type='number' kind='editable'/><field name='Colors' type='text' kind='editable' allowmultivalues='true' listdisplayseparator='semicolon' listinputseparators='comma semicolon'/>
<field name='Due' type='datetime' kind='editable'/>
<subformref name='Sums'/></par></richtext></body></form>
<form name='Answer' type='response'><body><richtext><pardef id='1'/><par def='1'><field name='Subject' type='text' kind='editable'/></par></richtext></body></form>
<subform name='Sums'><body><richtext><pardef id='1'/><par def='1'><field name='Total' type='number' kind='computed'><code event='defaultvalue'><formula>@If(Price = \"\"; 0; Quantity * Price)</formula></code></field>
<field name='MadeBy' type='names' kind='computedwhencomposed'><code event='defaultvalue'><formula>@UserName</formula></code></field></par></richtext></body></subform>
<view name='Orders|ByCustomer' default='true'><code event='selection'><formula>SELECT Form = \"Order\"</formula></code>
<column sort='ascending' itemname='Customer'><columnheader title='Customer'/></column><column itemname='Quantity'><columnheader title='Number'/></column>
<column itemname='$3'><columnheader title='Fixed'/><code event='value'><formula>\"x\"</formula></code></column>
<column itemname='$4'><columnheader title='Big'/><code event='value'><formula>@If(Quantity &gt; 5; \"big\"; \"small\")</formula></code></column></view>
<view name='Regions'><code event='selection'><formula>SELECT Form = \"Order\"</formula></code>
<column sort='ascending' categorized='true' itemname='Region'><columnheader title='Region'/></column><column sort='descending' itemname='Quantity'><columnheader title='Number'/></column>
<column itemname='Customer'><columnheader title='Customer'/></column></view>
<view name='Threads' showresponsehierarchy='true'><noteinfo unid='88888888888888888888888888888888'/><code event='selection'><formula>SELECT Form = \"Order\" | @AllDescendants</formula></code>
<column sort='ascending' itemname='Customer'><columnheader title='Customer'/></column><column responsesonly='true' itemname='Subject'><columnheader title='Answers'/></column></view>
<folder name='Picked'><column sort='ascending' itemname='Customer'><columnheader title='Customer'/></column></folder>
<document form='Order'><noteinfo noteid='8fa' unid='11111111111111111111111111111111' sequence='1'><created><datetime dst='true'>20261101T090000,00+11</datetime></created>
<modified><datetime dst='true'>20261102T103000,00+11</datetime></modified></noteinfo><updatedby><name>CN=Bo Ray/O=Acme</name></updatedby>
<item name='Customer'><text>Miller</text></item><item name='Quantity'><number>3</number></item><item name='Price'><number>2.5</number></item><item name='Region'><text>North</text></item>
<item name='Colors'><textlist><text>Red</text><text>Green</text></textlist></item><item name='Due'><datetime dst='true'>20261125T120000,00+11</datetime></item>
<item name='Body'><richtext><pardef id='1'/><par def='1'>Dear all</par><par def='1'>Second line</par></richtext></item></document>
<document form='Order'><noteinfo noteid='8fe' unid='22222222222222222222222222222222' sequence='1'/><item name='Customer'><text>adams</text></item><item name='Quantity'><number>7</number></item>
<item name='Region'><text>South\\East</text></item><item name='Day'><datetime>20261121</datetime></item></document>
<document form='Order'><noteinfo noteid='902' unid='33333333333333333333333333333333' sequence='1'/><item name='Customer'><text>Miles</text></item><item name='Quantity'><number>12</number></item><item name='Region'><text>North</text></item></document>
<document form='Answer' parent='11111111111111111111111111111111' response='true'><noteinfo noteid='906' unid='44444444444444444444444444444444' sequence='1'/><item name='Subject'><text>Thanks</text></item></document>
<document form='Answer' parent='44444444444444444444444444444444' response='true'><noteinfo noteid='90a' unid='55555555555555555555555555555555' sequence='1'/><item name='Subject'><text>Welcome</text></item></document>
<profiledocument name='Settings'><noteinfo noteid='90e' unid='66666666666666666666666666666666' sequence='1'/><item name='Url'><text>https://sms.example.com/</text></item></profiledocument>
</database>";

/// The shop, and a directory, in Sydney at 18:00 on 21 November 2026.
pub(crate) fn world() -> (World, DatabaseId) {
    let mut world = World::new(1);
    world.zone = TimeZone::get("Australia/Sydney").unwrap();
    let shop = world.store.add("", "shop.nsf", tree_of(SHOP).unwrap());
    let names = "<database xmlns='http://www.lotus.com/dxl' title='Directory' type='addressbook' replicaid='C12587AA00112244'><view name='People'><code event='selection'><formula>SELECT Type = \"Person\"</formula></code>\
        <column sort='ascending' itemname='FullName'><columnheader title='Name'/></column><column itemname='CellPhoneNumber'><columnheader title='Mobile'/></column></view>\
        <document form='Person'><noteinfo unid='77777777777777777777777777777777'/><item name='Type'><text>Person</text></item><item name='FullName'><textlist><text>CN=Bo Ray/O=Acme</text><text>Bo Ray</text></textlist></item><item name='CellPhoneNumber'><text>0491 570 156</text></item></document></database>";
    world.store.add("", "names.nsf", tree_of(names).unwrap());
    world.current.database = Some(OpenDatabase::of(&world, shop));
    world.limits = Limits {
        time: Duration::from_secs(20),
        ..Limits::default()
    };
    (world, shop)
}

/// Runs a script in a world, and gives what it printed; an error is the last line.
pub(crate) fn run_in(world: &mut World, body: &str) -> String {
    let source = format!(
        "Sub Initialize\nDim s As New NotesSession\nSet db = s.CurrentDatabase\n{body}\nEnd Sub\n"
    );
    let script = parse(&source);
    assert_eq!(script.errors(), [], "{source}");
    spell(&source, &world.spellings);
    let module = Module {
        name: "Agent",
        script: &script,
    };
    let program = Program::new(&[module], &[]).unwrap();
    let options = RunOptions {
        limits: world.limits,
        international: Rc::clone(&world.international),
        ..RunOptions::default()
    };
    let outcome = program.run("Initialize", Vec::new(), world, &options);
    let mut lines = std::mem::take(&mut world.printed);
    lines.extend(outcome.err().map(|error| error.to_string()));
    lines.join("|")
}

/// Runs cases, each in a world of its own.
pub(crate) fn documented(class: &str, cases: &[(&str, &str)]) {
    let mut failures = Vec::new();
    for (body, expected) in cases {
        let (mut world, _) = world();
        let printed = run_in(&mut world, body);
        if printed != *expected {
            failures.push(format!(
                "{body}\n  gave      {printed}\n  expected  {expected}"
            ));
        }
    }
    assert!(failures.is_empty(), "{class}:\n{}", failures.join("\n"));
}
