//! The session, directories, logs, access control lists, formulas.

use super::{documented, run_in, world};

/// [NotesSession, as documented]
#[test]
fn notes_session() {
    documented(
        "NotesSession",
        &[
            (
                "Print s.UserName & s.CommonUserName & s.EffectiveUserName",
                "CN=Ann Lee/O=AcmeAnn LeeCN=Ann Lee/O=Acme",
            ),
            (
                "Print s.UserNameObject.Organization & s.UserNameList(0).Common",
                "AcmeAnn Lee",
            ),
            (
                "Print s.IsOnServer & \"[\" & s.ServerName & \"]\" & s.NotesBuildVersion & s.NotesVersion & s.Platform",
                "False[]405Release 9.0.1|October 14, 2013Linux",
            ),
            (
                "Print s.CurrentDatabase.Title & (s.CurrentDatabase Is db)",
                "ShopTrue",
            ),
            (
                "Set d = s.GetDatabase(\"\", \"names.nsf\")\nPrint d.Title & d.IsOpen\nSet d = s.GetDatabase(\"\", \"no.nsf\")\nPrint d Is Nothing\nSet d = s.GetDatabase(\"\", \"no.nsf\", True)\nPrint d.IsOpen",
                "DirectoryTrue|True|False",
            ),
            (
                "ForAll b In s.AddressBooks\nPrint b.FilePath & b.IsOpen\nCall b.Open(\"\", \"\")\nPrint b.Title & b.IsPublicAddressBook\nEnd ForAll",
                "names.nsfFalse|DirectoryTrue",
            ),
            (
                "Print \"[\" & s.GetEnvironmentString(\"Nope\") & \"]\"\nCall s.SetEnvironmentVar(\"Count\", 5)\nPrint s.GetEnvironmentString(\"COUNT\") & s.GetEnvironmentValue(\"count\") + 1",
                "[]|56",
            ),
            ("Print s.DocumentContext Is Nothing", "True"),
            ("v = s.Evaluate(\"@Trim(\"\" x \"\")\")\nPrint v(0)", "x"),
            (
                "Set t = New NotesSession\nPrint t.CurrentDatabase.Title",
                "Shop",
            ),
            (
                "Set d = s.GetDirectory(\"\")",
                "Agent(4) in Initialize: error 4999: NotesSession.GetDirectory is not there: no host of this run has it",
            ),
            (
                "Print s.Username2",
                "Agent(4) in Initialize: error 185: NotesSession has no member username2",
            ),
        ],
    );
}

/// [NotesDbDirectory, as documented]
#[test]
fn notes_db_directory() {
    documented(
        "NotesDbDirectory",
        &[
            (
                "Set r = s.GetDbDirectory(\"\")\nSet d = r.GetFirstDatabase(1247)\nWhile Not d Is Nothing\nPrint d.FilePath & d.IsOpen\nSet d = r.GetNextDatabase\nWend",
                "shop.nsfFalse|names.nsfFalse",
            ),
            (
                "Set r = New NotesDbDirectory(\"\")\nPrint r.OpenDatabase(\"names.nsf\").Title & r.OpenDatabaseByReplicaID(\"C12587AA00112233\").Title",
                "DirectoryShop",
            ),
            (
                "Set r = New NotesDbDirectory(\"\")\nOn Error GoTo h\nPrint r.OpenDatabase(\"no.nsf\").Title\nExit Sub\nh: Print Err",
                "4060",
            ),
        ],
    );
    let (mut world, _) = world();
    world
        .environment
        .insert("mailfile".into(), "names.nsf".into());
    let printed = run_in(
        &mut world,
        "Set m = New NotesDatabase(\"\", \"\")\nCall m.OpenMail\nPrint m.FilePath & s.GetDbDirectory(\"\").OpenMailDatabase.Title",
    );
    assert_eq!(printed, "names.nsfDirectory");
}

/// [NotesLog, as documented]
#[test]
fn notes_log() {
    let (mut world, _) = world();
    let printed = run_in(
        &mut world,
        "Set l = s.CreateLog(\"Job\")\nCall l.OpenAgentLog\nCall l.LogAction(\"began\")\nCall l.LogError(4, \"bad\")\nl.LogActions = False\nCall l.LogAction(\"unseen\")\nPrint l.NumActions & l.NumErrors & l.ProgramName\nCall l.Close",
    );
    assert_eq!(printed, "11Job");
    assert_eq!(
        world.log,
        [
            "Job: 11/21/2026 06:00:00 PM: began",
            "Job: 11/21/2026 06:00:00 PM: Error (4): bad"
        ]
    );
    documented(
        "NotesLog",
        &[
            (
                "Set l = New NotesLog(\"Job\")\nOn Error GoTo h\nCall l.LogAction(\"x\")\nExit Sub\nh: Print Error$",
                "Notes error: the log is not open: OpenAgentLog, OpenFileLog, OpenMailLog or OpenNotesLog comes first",
            ),
            (
                "Set l = New NotesLog(\"Job\")\nCall l.OpenNotesLog(\"\", \"shop.nsf\")\nCall l.LogAction(\"did\")\nCall l.LogError(7, \"bad\")\nCall l.Close\nSet c = db.Search(\"Form = \"\"Log Entry\"\"\", Nothing, 0)\nPrint c.Count & c.GetFirstDocument.GetItemValue(\"A$ACTION\")(0) & c.GetLastDocument.GetItemValue(\"A$ERRCODE\")(0)",
                "2did7",
            ),
            (
                "Set l = New NotesLog(\"Job\")\nCall l.OpenNotesLog(\"\", \"no.nsf\")",
                "Agent(5) in Initialize: error 4060: Database open failed: there is no no.nsf in this run",
            ),
        ],
    );
    let printed = run_in(
        &mut world,
        "Set l = New NotesLog(\"Job\")\nCall l.OpenMailLog(\"bo@example.com\", \"Done\")\nCall l.LogAction(\"x\")\nCall l.Close\nCall l.OpenFileLog(\"job.txt\")\nCall l.LogAction(\"y\")",
    );
    assert_eq!(printed, "");
    assert_eq!(
        (
            world.mails[0].subject.as_str(),
            world.mails[0].to.as_slice()
        ),
        ("Done", &["bo@example.com".to_owned()][..])
    );
    assert!(world.mails[0].text.ends_with(": x"));
    assert!(world.files["job.txt"].ends_with(b": y\n"));
}

/// [NotesACL and NotesACLEntry, as documented]
#[test]
fn notes_acl() {
    documented(
        "NotesACL",
        &[
            (
                "Set a = db.ACL\nSet e = a.GetFirstEntry\nWhile Not e Is Nothing\nPrint e.Name & e.Level\nSet e = a.GetNextEntry(e)\nWend",
                "-Default-3|CN=Ann Lee/O=Acme6|Staff4",
            ),
            (
                "Set a = db.ACL\nPrint Join(a.Roles) & a.InternetLevel & a.AdministrationServer & a.UniformAccess",
                "[Admin] [Clerk]2CN=Hub/O=AcmeFalse",
            ),
            (
                "Set e = db.ACL.GetEntry(\"ann lee/acme\")\nPrint e.IsPerson & e.IsGroup & e.CanDeleteDocuments & e.IsRoleEnabled(\"Admin\") & e.IsRoleEnabled(\"Clerk\") & e.UserType",
                "TrueFalseTrueTrueFalse1",
            ),
            (
                "Set e = db.ACL.GetEntry(\"Staff\")\nPrint e.IsGroup & e.CanDeleteDocuments & e.CanCreateDocuments & e.NameObject.Common",
                "TrueFalseTrueStaff",
            ),
            (
                "Set a = db.ACL\nSet e = a.CreateACLEntry(\"CN=Bo Ray/O=Acme\", 4)\nCall e.EnableRole(\"Clerk\")\nPrint db.QueryAccess(\"Bo Ray/Acme\")\nCall a.Save\nPrint db.QueryAccess(\"Bo Ray/Acme\") & Join(db.QueryAccessRoles(\"Bo Ray/Acme\"))",
                "3|4[Clerk]",
            ),
            (
                "Set a = db.ACL\nSet e = New NotesACLEntry(a, \"X\", 2)\ne.Level = 5\ne.UserType = 2\nCall a.Save\nSet f = db.ACL.GetEntry(\"X\")\nPrint f.Level & f.IsServer",
                "5True",
            ),
            (
                "Set a = db.ACL\nCall a.GetEntry(\"Staff\").Remove\nCall a.AddRole(\"New\")\nCall a.RenameRole(\"Admin\", \"Boss\")\nCall a.DeleteRole(\"Clerk\")\nCall a.Save\nPrint Join(db.ACL.Roles) & (db.ACL.GetEntry(\"Staff\") Is Nothing) & Join(db.QueryAccessRoles(s.UserName))",
                "[Boss] [New]True[Boss]",
            ),
            (
                "Set e = db.ACL.GetEntry(\"Staff\")\nCall e.EnableRole(\"None\")",
                "Agent(5) in Initialize: error 4000: Notes error: the access control list has no role [None]",
            ),
        ],
    );
}

/// [Evaluate and the @functions that reach into databases, as documented]
#[test]
fn formulas_over_the_store() {
    documented(
        "Evaluate",
        &[
            (
                "v = Evaluate(\"@UserName\")\nPrint v(0)",
                "CN=Ann Lee/O=Acme",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = Evaluate(\"Customer + \"\"!\"\"\", d)\nPrint v(0)",
                "Miller!",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = Evaluate(\"FIELD Customer := @UpperCase(Customer); @All\", d)\nPrint d.Customer(0)",
                "MILLER",
            ),
            (
                "v = Evaluate(\"1 : 2 : 3\")\nPrint UBound(v) & TypeName(v)",
                "2DOUBLE( )",
            ),
            (
                "On Error GoTo h\nv = Evaluate(\"@Left(\")\nExit Sub\nh: Print Err",
                "4000",
            ),
            (
                "v = Evaluate(\"@DbTitle : @ReplicaID\")\nPrint v(0) & v(1)",
                "ShopC12587AA:00112233",
            ),
            (
                "v = Evaluate(|@DbColumn(\"\"; \"\"; \"Orders\"; 1)|)\nPrint Join(v, \",\")",
                "adams,Miles,Miller",
            ),
            (
                "v = Evaluate(|@DbColumn(\"\"; \"\"; \"Regions\"; 1)|)\nPrint Join(v, \",\")",
                "North,South,East",
            ),
            (
                "v = Evaluate(|@DbLookup(\"\"; \"\"; \"Orders\"; \"miller\"; 2)|)\nPrint v(0)",
                "3",
            ),
            (
                "v = Evaluate(|@DbLookup(\"\"; \"\"; \"ByCustomer\"; \"miller\"; \"Colors\")|)\nPrint Join(v, \",\")",
                "Red,Green",
            ),
            (
                "v = Evaluate(|@DbLookup(\"\"; \"\"; \"Orders\"; \"mil\"; 1; [PartialMatch])|)\nPrint Join(v, \",\")",
                "Miles,Miller",
            ),
            (
                "v = Evaluate(|@DbLookup(\"\"; \"\"; \"Orders\"; \"none\"; 1; [FailSilent])|)\nPrint \"[\" & v(0) & \"]\"",
                "[]",
            ),
            (
                "v = Evaluate(|@If(@IsError(@DbLookup(\"\"; \"\"; \"Orders\"; \"none\"; 1)); \"error\"; \"fine\")|)\nPrint v(0)",
                "error",
            ),
            (
                "v = Evaluate(|@DbLookup(\"\":\"NoCache\"; \"\":\"names.nsf\"; \"People\"; \"CN=Bo Ray/O=Acme\"; 2)|)\nPrint v(0)",
                "0491 570 156",
            ),
            (
                "v = Evaluate(|@DbLookup(\"\"; \"\"; \"Orders\"; \"adams\"; 1; [ReturnDocumentUniqueID])|)\nPrint v(0)",
                "22222222222222222222222222222222",
            ),
            (
                "v = Evaluate(|@GetProfileField(\"Settings\"; \"Url\")|)\nPrint v(0)\nv = Evaluate(|@SetProfileField(\"Settings\"; \"Url\"; \"x\")|)\nPrint db.GetProfileDocument(\"Settings\").Url(0)\nv = Evaluate(|@GetProfileField(\"Nope\"; \"Url\")|)\nPrint \"[\" & v(0) & \"]\"",
                "https://sms.example.com/|x|[]",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = Evaluate(\"@DocumentUniqueID : @NoteID : @Text(@Created; \"\"D0S0\"\")\", d)\nPrint v(0) & v(1) & v(2)",
                "11111111111111111111111111111111NT000008FA11/01/2026",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = Evaluate(\"@Responses : @IsNewDoc : @IsResponseDoc\", d)\nPrint v(0) & v(1) & v(2)",
                "100",
            ),
            (
                "v = Evaluate(|@SetDocField(\"22222222222222222222222222222222\"; \"Customer\"; \"B\") + @GetDocField(\"22222222222222222222222222222222\"; \"Customer\")|)\nPrint v(0)",
                "BB",
            ),
            (
                "v = Evaluate(|@UserRoles|)\nPrint v(0)\nv = Evaluate(|@UserNamesList|)\nPrint v(0) & v(1) & v(2)",
                "[Admin]|CN=Ann Lee/O=AcmeAnn Lee*/O=Acme",
            ),
            (
                "v = Evaluate(|@SetEnvironment(\"A\"; \"1\") + @Environment(\"A\")|)\nPrint v(0) & s.GetEnvironmentString(\"A\")",
                "111",
            ),
            (
                "v = Evaluate(|@Command([FileSave])|)",
                "Agent(4) in Initialize: error 4999: formula: line 1, column 1: @Command is not available here",
            ),
        ],
    );
}
