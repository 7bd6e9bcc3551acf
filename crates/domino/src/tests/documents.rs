//! Documents, items, rich text, databases and collections.

use super::{documented, run_in, world};

/// [NotesDocument, as documented]
#[test]
fn notes_document() {
    documented(
        "NotesDocument",
        &[
            // Extended syntax.
            (
                "Set d = db.GetDocumentByUNID(\"11111111111111111111111111111111\")\nPrint d.Customer(0) & d.Quantity(0) & d.customer(0)",
                "Miller3Miller",
            ),
            (
                "Set d = db.CreateDocument\nd.Subject = \"x\"\nPrint d.Subject(0) & TypeName(d.Subject)\nForAll i In d.Items\nPrint i.Name\nEnd ForAll",
                "xSTRING( )|Subject",
            ),
            (
                "Set d = db.CreateDocument\nd.N = 5\nd.T = Today\nPrint TypeName(d.N(0)) & TypeName(d.T(0))",
                "DOUBLEDATE",
            ),
            (
                "Set d = db.CreateDocument\nDim a(2) As String\na(0) = \"p\": a(1) = \"q\": a(2) = \"r\"\nd.L = a\nPrint UBound(d.L) & d.L(2)",
                "2r",
            ),
            (
                "Set d = db.CreateDocument\nPrint d.Nothing(0) & \".\" & UBound(d.Nothing)",
                ".0",
            ),
            // Items.
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nPrint d.HasItem(\"COLORS\") & d.HasItem(\"Colour\")",
                "TrueFalse",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = d.GetItemValue(\"Colors\")\nPrint v(0) & v(1) & UBound(v)",
                "RedGreen1",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = d.GetItemValue(\"Body\")\nPrint v(0)",
                "Dear all\nSecond line",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nv = d.GetItemValue(\"None\")\nPrint UBound(v) & \"[\" & v(0) & \"]\"",
                "0[]",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.ReplaceItemValue(\"Customer\", \"Moore\")\nPrint d.Customer(0) & i.Name & TypeName(i)",
                "MooreCustomerNOTESITEM",
            ),
            (
                "Set d = db.CreateDocument\nCall d.AppendItemValue(\"A\", 1)\nCall d.AppendItemValue(\"A\", 2)\nPrint d.A(0) & \" \" & (UBound(d.Items) + 1)",
                "1 2",
            ),
            (
                "Set d = db.CreateDocument\nCall d.AppendItemValue(\"A\", 1)\nCall d.AppendItemValue(\"A\", 2)\nCall d.ReplaceItemValue(\"A\", 3)\nPrint d.A(0) & \" \" & (UBound(d.Items) + 1)",
                "3 1",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nCall d.RemoveItem(\"colors\")\nPrint d.HasItem(\"Colors\")",
                "False",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.GetFirstItem(\"Nope\")\nPrint i Is Nothing",
                "True",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet n = db.CreateDocument\nCall d.CopyAllItems(n)\nPrint n.Form(0) & n.Customer(0) & n.Colors(1)",
                "OrderMillerGreen",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet n = db.CreateDocument\nn.Customer = \"Z\"\nCall d.CopyAllItems(n, True)\nPrint n.Customer(0)",
                "Miller",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet n = db.CreateDocument\nCall n.CopyItem(d.GetFirstItem(\"Colors\"), \"Paint\")\nPrint n.Paint(1) & n.HasItem(\"Colors\")",
                "GreenFalse",
            ),
            // What a document says of itself.
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nPrint d.UniversalID & \" \" & d.NoteID & \" \" & d.IsNewNote & d.IsResponse & d.IsProfile",
                "11111111111111111111111111111111 8FA FalseFalseFalse",
            ),
            (
                "Set d = db.CreateDocument\nPrint d.IsNewNote & Len(d.UniversalID) & \" \" & d.NoteID",
                "True32 0",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nPrint d.Created\nPrint d.LastModified\nPrint d.Authors(0)",
                "11/01/2026 09:00:00 AM|11/02/2026 10:30:00 AM|CN=Bo Ray/O=Acme",
            ),
            (
                "Set d = db.GetDocumentByID(\"906\")\nPrint d.ParentDocumentUNID & d.IsResponse",
                "11111111111111111111111111111111True",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nPrint d.Responses.Count & d.Responses.GetFirstDocument.Subject(0)",
                "1Thanks",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nPrint d.ParentDatabase.Title & (d.ParentDatabase Is db)",
                "ShopTrue",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet e = db.GetDocumentByID(\"8FA\")\nPrint d Is e",
                "True",
            ),
            // Saving.
            (
                "Set d = db.CreateDocument\nd.Form = \"Order\"\nPrint d.Save(True, False) & d.IsNewNote & d.NoteID & \" \" & db.AllDocuments.Count",
                "TrueFalse912 6",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nd.Customer = \"New\"\nSet d = Nothing\nSet d = db.GetDocumentByID(\"8FA\")\nPrint d.Customer(0)",
                "Miller",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nd.Customer = \"New\"\nCall d.Save(False, False)\nSet d = Nothing\nSet d = db.GetDocumentByID(\"8FA\")\nPrint d.Customer(0) & \" \" & d.Authors(1)",
                "New CN=Ann Lee/O=Acme",
            ),
            (
                "Set other = New NotesDatabase(\"\", \"shop.nsf\")\nSet d = db.GetDocumentByID(\"8FA\")\nSet e = other.GetDocumentByID(\"8FA\")\ne.Customer = \"E\"\nPrint e.Save(False, False)\nd.Customer = \"D\"\nPrint d.Save(False, False)\nPrint d.Save(True, False)",
                "True|False|True",
            ),
            (
                "Set other = New NotesDatabase(\"\", \"shop.nsf\")\nSet d = db.GetDocumentByID(\"8FA\")\nSet e = other.GetDocumentByID(\"8FA\")\nCall e.Save(False, False)\nd.Customer = \"D\"\nPrint d.Save(False, True) & db.AllDocuments.Count\nSet r = db.GetDocumentByID(\"8FA\").Responses\nPrint r.Count",
                "True6|2",
            ),
            (
                "Set other = New NotesDatabase(\"\", \"shop.nsf\")\nSet d = db.GetDocumentByID(\"8FA\")\nCall other.GetDocumentByID(\"8FA\").Remove(True)\nPrint d.Save(False, False) & d.Save(True, False)",
                "FalseTrue",
            ),
            // Removing.
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nPrint d.Remove(True) & d.IsValid & db.AllDocuments.Count",
                "TrueFalse4",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nCall d.Remove(True)\nPrint d.GetItemValue(\"Customer\")(0)",
                "Agent(6) in Initialize: error 4000: Notes error: the document has been deleted",
            ),
            // Responses.
            (
                "Set d = db.GetDocumentByID(\"8FE\")\nSet r = db.CreateDocument\nr.Form = \"Answer\"\nCall r.MakeResponse(d)\nCall r.Save(True, False)\nPrint r.ParentDocumentUNID & d.Responses.Count & r.GetItemValue(\"$REF\")(0)",
                "22222222222222222222222222222222122222222222222222222222222222222",
            ),
            // Forms.
            (
                "Set d = db.CreateDocument\nd.Form = \"Order\"\nd.Price = 4\nd.Quantity = 3\nd.Customer = \" Ray \"\nPrint d.ComputeWithForm(False, False) & d.Total(0) & d.Customer(0) & d.MadeBy(0)",
                "True12RayCN=Ann Lee/O=Acme",
            ),
            (
                "Set d = db.CreateDocument\nd.Form = \"O\"\nCall d.ComputeWithForm(False, False)\nPrint d.Customer(0) & d.Quantity(0) & d.GetFirstItem(\"MadeBy\").IsNames",
                "nobody1True",
            ),
            (
                "Set d = db.CreateDocument\nd.Form = \"Order\"\nd.Customer = \"\"\nPrint d.ComputeWithForm(False, False)",
                "False",
            ),
            (
                "Set d = db.CreateDocument\nd.Form = \"Order\"\nd.Customer = \"\"\nOn Error GoTo h\nCall d.ComputeWithForm(False, True)\nExit Sub\nh: Print Error$",
                "Notes error: Who buys?",
            ),
            // Sending.
            (
                "Set d = db.CreateDocument\nd.Subject = \"Hi\"\nCall d.Send(False, \"bo@example.com\")\nPrint d.SendTo(0) & d.HasItem(\"PostedDate\")",
                "bo@example.comTrue",
            ),
            (
                "Set d = db.CreateDocument\nCall d.Send(False)",
                "Agent(5) in Initialize: error 4294: No recipients: the document has no SendTo, CopyTo or BlindCopyTo",
            ),
            // Elsewhere.
            (
                "Set other = New NotesDatabase(\"\", \"names.nsf\")\nSet c = db.GetDocumentByID(\"8FA\").CopyToDatabase(other)\nPrint other.AllDocuments.Count & c.Customer(0) & (c.UniversalID <> \"11111111111111111111111111111111\")",
                "2MillerTrue",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nd.UniversalID = \"ABCDEF00ABCDEF00ABCDEF00ABCDEF00\"\nCall d.Save(True, False)\nPrint db.AllDocuments.Count & db.GetDocumentByUNID(\"ABCDEF00ABCDEF00ABCDEF00ABCDEF00\").Customer(0)",
                "6Miller",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nd.UniversalID = \"x\"",
                "Agent(5) in Initialize: error 4091: Invalid universal id",
            ),
            // What is not there says so.
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nCall d.Encrypt",
                "Agent(5) in Initialize: error 4999: NotesDocument.Encrypt is not there: no host of this run has it",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nCall d.Save(True)",
                "Agent(5) in Initialize: error 183: NotesDocument.Save takes 2 to 3 arguments, and is given 1",
            ),
            (
                "Set d = db.CreateDocument\nSet d.X = db",
                "Agent(5) in Initialize: error 13: Type mismatch: an object NotesDatabase is no value of an item",
            ),
        ],
    );
}

/// [NotesItem, as documented]
#[test]
fn notes_item() {
    documented(
        "NotesItem",
        &[
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Colors\")\nPrint i.Name & \" \" & i.Text & \" \" & i.Type & \" \" & i.Values(1)",
                "Colors Red;Green 1280 Green",
            ),
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Quantity\")\nPrint i.Type & \" \" & i.Text",
                "768 3",
            ),
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Due\")\nPrint i.Type & \" \" & i.DateTimeValue.LocalTime",
                "1024 11/25/2026 12:00:00 PM",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.GetFirstItem(\"Customer\")\ni.Values = Split(\"a b\")\nPrint d.Customer(1)",
                "b",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.GetFirstItem(\"Colors\")\nCall i.AppendToTextList(\"Blue\")\nPrint UBound(d.Colors) & d.Colors(2)",
                "2Blue",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.GetFirstItem(\"Colors\")\nCall i.AppendToTextList(Split(\"a b\"))\nPrint UBound(d.Colors)",
                "3",
            ),
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Colors\")\nPrint i.Contains(\"red\") & i.Contains(\"re\")",
                "TrueFalse",
            ),
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Quantity\")\nPrint i.Contains(3) & i.Contains(4)",
                "TrueFalse",
            ),
            (
                "Set d = db.CreateDocument\nSet i = New NotesItem(d, \"Who\", \"CN=A/O=B\", 1076)\nPrint i.IsAuthors & i.IsNames & i.Type",
                "TrueFalse1076",
            ),
            (
                "Set d = db.CreateDocument\nSet i = New NotesItem(d, \"Who\", \"A\")\ni.IsReaders = True\nPrint i.IsReaders & i.Type\ni.IsReaders = False\nPrint i.Type",
                "True1075|1280",
            ),
            (
                "Set d = db.CreateDocument\nSet i = New NotesItem(d, \"A\", 1)\nPrint i.IsSummary & i.IsEncrypted\ni.IsSummary = False\nPrint i.IsSummary",
                "TrueFalse|False",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.GetFirstItem(\"Colors\")\nCall i.Remove\nPrint d.HasItem(\"Colors\")",
                "False",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet i = d.GetFirstItem(\"Colors\")\nCall i.Remove\nPrint i.Text",
                "Agent(7) in Initialize: error 4000: Notes error: the item has been removed from its document",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet n = db.CreateDocument\nSet c = d.GetFirstItem(\"Colors\").CopyItemToDocument(n, \"Paint\")\nPrint c.Name & n.Paint(0)",
                "PaintRed",
            ),
            (
                "Set d = db.CreateDocument\nSet t = New NotesDateTime(\"1/2/2026\")\nCall d.ReplaceItemValue(\"W\", t)\nPrint d.W(0)",
                "01/02/2026",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nSet t = New NotesDateTime(\"1/2/2026\")\nSet d.GetFirstItem(\"Due\").DateTimeValue = t\nPrint d.Due(0)",
                "01/02/2026",
            ),
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Colors\")\nPrint i.Parent.UniversalID",
                "11111111111111111111111111111111",
            ),
            (
                "Set i = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Colors\")\nPrint i.Color",
                "Agent(5) in Initialize: error 185: NotesItem has no member color",
            ),
        ],
    );
}

/// [NotesRichTextItem, as documented]
#[test]
fn notes_rich_text_item() {
    documented(
        "NotesRichTextItem",
        &[
            (
                "Set d = db.CreateDocument\nSet r = New NotesRichTextItem(d, \"Body\")\nCall r.AppendText(\"a\")\nCall r.AddNewLine(1)\nCall r.AppendText(\"b\")\nPrint r.GetUnformattedText & TypeName(r) & r.Type",
                "a\nbNOTESRICHTEXTITEM1",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"a\")\nCall r.AddTab(2)\nCall r.AppendText(\"b\")\nPrint Len(r.Text)\nPrint r.GetFormattedText(True, 0)",
                "4|ab",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"one two three\")\nPrint r.GetFormattedText(False, 8)",
                "one two\nthree",
            ),
            (
                "Set r = db.GetDocumentByID(\"8FA\").GetFirstItem(\"Body\")\nPrint TypeName(r)\nCall r.AppendText(\"!\")\nPrint r.Text",
                "NOTESRICHTEXTITEM|Dear all\nSecond line!",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AddNewLine(2, False)\nCall r.AppendText(\"x\")\nPrint Len(r.GetUnformattedText)",
                "3",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"see \")\nCall r.AppendRTItem(db.GetDocumentByID(\"8FA\").GetFirstItem(\"Body\"))\nPrint r.Text",
                "see Dear all\nSecond line",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendDocLink(db.GetDocumentByID(\"8FA\"), \"The order\", \"here\")\nPrint r.Text",
                "here",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendDocLink(db, \"The shop\")\nCall r.AppendDocLink(db.GetView(\"Threads\"), \"All\")\nPrint r.Text",
                "The shopAll",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendDocLink(s, \"x\")",
                "Agent(6) in Initialize: error 13: Type mismatch: argument 1 of NotesRichTextItem.AppendDocLink is not a NotesDatabase, NotesView or NotesDocument",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendTable(2, 2)",
                "Agent(6) in Initialize: error 4999: NotesRichTextItem.AppendTable is not there: no host of this run has it",
            ),
            (
                "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"x\")\nCall d.Save(True, False)\nSet r = Nothing\nu = d.UniversalID\nSet d = Nothing\nPrint db.GetDocumentByUNID(u).Body(0)",
                "x",
            ),
        ],
    );
}

/// [NotesDatabase, as documented]
#[test]
fn notes_database() {
    documented(
        "NotesDatabase",
        &[
            (
                "Print db.Title & db.FilePath & db.FileName & db.Server & db.IsOpen & db.ReplicaID",
                "Shopshop.nsfshop.nsfTrueC12587AA00112233",
            ),
            ("Print db.AllDocuments.Count", "5"),
            (
                "Set d = New NotesDatabase(\"\", \"nowhere.nsf\")\nPrint d.IsOpen & d.Open(\"\", \"NAMES.NSF\") & d.IsOpen & d.Title",
                "FalseTrueTrueDirectory",
            ),
            (
                "Set d = New NotesDatabase(\"\", \"nowhere.nsf\")\nPrint d.Title",
                "Agent(5) in Initialize: error 4063: Database nowhere.nsf has not been opened yet",
            ),
            (
                "Set d = New NotesDatabase(\"\", \"\")\nPrint d.OpenByReplicaID(\"\", \"C12587AA00112244\") & d.Title",
                "TrueDirectory",
            ),
            (
                "On Error GoTo h\nSet d = db.GetDocumentByUNID(\"00000000000000000000000000000000\")\nExit Sub\nh: Print Err & \" \" & Error",
                "4091 Invalid universal id",
            ),
            (
                "Set c = db.Search(|Form = \"Order\" & Quantity > 5|, Nothing, 0)\nPrint c.Count & c.Query",
                "2Form = \"Order\" & Quantity > 5",
            ),
            (
                "Set c = db.Search(\"SELECT Form = \"\"Order\"\"\", Nothing, 1)\nPrint c.Count",
                "1",
            ),
            (
                "Set t = New NotesDateTime(\"11/03/2026\")\nPrint db.Search(\"Customer = \"\"Miller\"\"\", t, 0).Count\nSet t = New NotesDateTime(\"11/02/2026\")\nPrint db.Search(\"Customer = \"\"Miller\"\"\", t, 0).Count",
                "0|1",
            ),
            ("Set v = db.GetView(\"Nope\")\nPrint v Is Nothing", "True"),
            (
                "ForAll v In db.Views\nPrint v.Name\nEnd ForAll",
                "Orders|Regions|Threads|Picked",
            ),
            (
                "ForAll f In db.Forms\nPrint f.Name & f.IsSubForm\nEnd ForAll",
                "OrderFalse|AnswerFalse|SumsTrue",
            ),
            (
                "Set f = db.GetForm(\"o\")\nPrint f.Name & f.Aliases(0) & UBound(f.Fields) & f.GetFieldType(\"quantity\")",
                "OrderO4768",
            ),
            // Profiles.
            (
                "Set p = db.GetProfileDocument(\"settings\")\nPrint p.Url(0) & p.IsProfile & p.NameOfProfile & p.Key",
                "https://sms.example.com/TrueSettings",
            ),
            (
                "Set p = db.GetProfileDocument(\"Mine\", \"CN=Bo/O=X\")\nPrint p.IsNewNote & p.Key\np.A = 1\nCall p.Save(True, False)\nPrint db.GetProfileDocCollection(\"Mine\").Count & db.GetProfileDocCollection().Count & db.AllDocuments.Count",
                "TrueCN=Bo/O=X|125",
            ),
            (
                "Set p = db.GetProfileDocument(\"Settings\")\nSet q = db.GetProfileDocument(\"Settings\")\np.Url = \"x\"\nPrint q.Url(0) & (p Is q)",
                "xTrue",
            ),
            // Who may do what.
            (
                "Print db.CurrentAccessLevel & db.QueryAccess(\"Bo Ray/Acme\") & db.QueryAccess(\"CN=Ann Lee/O=Acme\")",
                "636",
            ),
            (
                "Print Join(db.QueryAccessRoles(\"Ann Lee/Acme\")) & db.Managers(0)",
                "[Admin]CN=Ann Lee/O=Acme",
            ),
            (
                "Call db.GrantAccess(\"CN=Bo Ray/O=Acme\", 5)\nPrint db.QueryAccess(\"Bo Ray/Acme\")\nCall db.RevokeAccess(\"Bo Ray/Acme\")\nPrint db.QueryAccess(\"Bo Ray/Acme\")",
                "5|3",
            ),
            ("db.Title = \"Store\"\nPrint db.Title", "Store"),
            ("Print db.UnprocessedDocuments.Count", "0"),
            (
                "Set d = New NotesDatabase(\"\", \"new.nsf\")\nPrint d.Create(\"\", \"new.nsf\", True) & d.IsOpen & d.AllDocuments.Count",
                "TrueTrue0",
            ),
            (
                "Set d = db.GetDocumentByID(\"8FA\")\nCall d.PutInFolder(\"Picked\")\nPrint db.GetView(\"Picked\").AllEntries.Count & d.FolderReferences(0)\nCall d.RemoveFromFolder(\"Picked\")\nPrint db.GetView(\"Picked\").AllEntries.Count",
                "1picked|0",
            ),
            (
                "Print db.FTSearch(\"x\", 0).Count",
                "Agent(4) in Initialize: error 4999: NotesDatabase.FTSearch is not there: no host of this run has it",
            ),
        ],
    );
}

/// [NotesDocumentCollection, as documented]
#[test]
fn notes_document_collection() {
    documented(
        "NotesDocumentCollection",
        &[
            // [H_CREATEDOCUMENTCOLLECTION_METHOD]
            (
                "Set c = db.CreateDocumentCollection\nn = c.Count\nCall c.AddDocument(db.AllDocuments.GetFirstDocument)\nPrint n & c.Count & c.GetFirstDocument.NoteID",
                "018FA",
            ),
            (
                "Set c = db.AllDocuments\nSet d = c.GetFirstDocument\nWhile Not (d Is Nothing)\nn = n & d.NoteID & \" \"\nSet d = c.GetNextDocument(d)\nWend\nPrint n",
                "8FA 8FE 902 906 90A ",
            ),
            (
                "Set c = db.AllDocuments\nSet d = c.GetLastDocument\nPrint d.NoteID & c.GetPrevDocument(d).NoteID & c.GetNthDocument(2).NoteID & (c.GetNthDocument(9) Is Nothing)",
                "90A9068FETrue",
            ),
            (
                "Set c = db.AllDocuments\nSet d = c.GetFirstDocument\nSet n = c.GetNextDocument(d)\nCall d.Remove(True)\nPrint n.NoteID & c.Count & c.GetFirstDocument.NoteID",
                "8FE58FE",
            ),
            (
                "Set c = db.Search(\"Form = \"\"Order\"\"\", Nothing, 0)\nCall c.StampAll(\"Flag\", \"y\")\nPrint db.GetDocumentByID(\"902\").Flag(0) & db.Search(\"Flag = \"\"y\"\"\", Nothing, 0).Count",
                "y3",
            ),
            (
                "Set c = db.Search(\"Form = \"\"Answer\"\"\", Nothing, 0)\nCall c.RemoveAll(True)\nPrint c.Count & db.AllDocuments.Count",
                "03",
            ),
            (
                "Set c = db.Search(\"Form = \"\"Answer\"\"\", Nothing, 0)\nCall c.AddDocument(db.GetDocumentByID(\"8FA\"))\nPrint c.Count\nCall c.DeleteDocument(db.GetDocumentByID(\"906\"))\nPrint c.Count & c.Contains(\"8FA\")",
                "3|2True",
            ),
            (
                "Set a = db.AllDocuments\nSet b = db.Search(\"Form = \"\"Answer\"\"\", Nothing, 0)\nSet x = a.Clone\nCall x.Subtract(b)\nPrint x.Count & a.Count\nCall x.Merge(b)\nPrint x.Count\nCall x.Intersect(b)\nPrint x.Count",
                "35|5|2",
            ),
            (
                "Set c = db.AllDocuments\nPrint c.IsSorted & c.Parent.Title",
                "FalseShop",
            ),
            (
                "Set c = db.Search(\"Form = \"\"Order\"\"\", Nothing, 0)\nCall c.GetNextDocument(db.GetDocumentByID(\"906\"))",
                "Agent(5) in Initialize: error 4000: Notes error: the document is not in this collection",
            ),
        ],
    );
}

/// What a run leaves is the same to the letter each time.
#[test]
fn what_is_made_is_dxl() {
    let (mut world, shop) = world();
    let body = "Set d = db.CreateDocument\nd.Form = \"SMS\"\nd.SendTo = Split(\"a,b\", \",\")\nd.Count = 2\nd.When = CDat(\"11/21/2026 18:00:00\")\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"x\" & Chr(9) & \"y\")\nCall d.Save(True, False)";
    assert_eq!(run_in(&mut world, body), "");
    let changes = world.store.get(shop).unwrap().changes();
    let made = changes[0].after.as_ref().unwrap().to_xml().unwrap();
    let unid = &changes[0].unid;
    let expected = format!(
        "<document xmlns='http://www.lotus.com/dxl' form='SMS'>\n<noteinfo noteid='912' unid='{unid}' sequence='1'><created><datetime dst='true'>20261121T180000,00+11</datetime></created><modified><datetime dst='true'>20261121T180000,00+11</datetime></modified></noteinfo>\n<updatedby><name>CN=Ann Lee/O=Acme</name></updatedby>\n<item name='SendTo'><textlist><text>a</text><text>b</text></textlist></item>\n<item name='Count'><number>2</number></item>\n<item name='When'><datetime dst='true'>20261121T180000,00+11</datetime></item>\n<item name='Body'><richtext><pardef id='1'/><par def='1'>x<nonxmlchar value='9'/>y</par></richtext></item></document>"
    );
    assert_eq!(made, expected);
    let report = world.report(None);
    assert_eq!(report.documents.len(), 1);
}
