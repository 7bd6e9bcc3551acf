//! Views, their entries and navigators.

use super::documented;

/// [NotesView, as documented]
#[test]
fn notes_view() {
    documented(
        "NotesView",
        &[
            (
                "Set v = db.GetView(\"Orders\")\nPrint v.Name & v.Aliases(0) & v.ColumnCount & v.EntryCount & v.IsDefaultView & v.IsFolder & v.IsCategorized",
                "OrdersByCustomer43TrueFalseFalse",
            ),
            (
                "Set v = db.GetView(\"bycustomer\")\nPrint v.Name & Join(v.ColumnNames, \",\") & v.SelectionFormula",
                "OrdersCustomer,Number,Fixed,BigSELECT Form = \"Order\"",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet d = v.GetFirstDocument\nWhile Not d Is Nothing\nPrint d.Customer(0)\nSet d = v.GetNextDocument(d)\nWend",
                "adams|Miles|Miller",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet d = v.GetLastDocument\nPrint d.Customer(0) & v.GetPrevDocument(d).Customer(0) & v.GetNthDocument(2).Customer(0) & (v.GetNthDocument(9) Is Nothing)",
                "MillerMilesMilesTrue",
            ),
            // Keys.
            (
                "Set v = db.GetView(\"Orders\")\nPrint v.GetDocumentByKey(\"mil\").Customer(0) & (v.GetDocumentByKey(\"mil\", True) Is Nothing) & v.GetDocumentByKey(\"MILLER\", True).Customer(0)",
                "MilesTrueMiller",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet c = v.GetAllDocumentsByKey(\"mil\")\nPrint c.Count & c.IsSorted & c.GetFirstDocument.Customer(0) & v.GetAllDocumentsByKey(\"x\").Count",
                "2TrueMiles0",
            ),
            (
                "Set v = db.GetView(\"Regions\")\nDim k(1) As Variant\nk(0) = \"North\"\nk(1) = 3\nPrint v.GetDocumentByKey(k, True).Customer(0) & v.GetAllDocumentsByKey(\"north\", True).Count",
                "Miller2",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet e = v.GetEntryByKey(\"adams\")\nPrint e.ColumnValues(1) & e.Document.Customer(0) & v.GetAllEntriesByKey(\"mil\").Count",
                "7adams2",
            ),
            // Columns.
            (
                "Set v = db.GetView(\"Orders\")\nSet d = v.GetFirstDocument\nPrint d.ColumnValues(0) & d.ColumnValues(1) & d.ColumnValues(2) & UBound(d.ColumnValues) & d.ParentView.Name",
                "adams7big2Orders",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet c = v.GetColumn(1)\nPrint c.Title & c.ItemName & c.IsSorted & c.IsField & v.Columns(3).Formula & v.Columns(3).IsFormula & c.Position",
                "CustomerCustomerTrueTrue@If(Quantity > 5; \"big\"; \"small\")True1",
            ),
            // What changes.
            (
                "Set v = db.GetView(\"Orders\")\nSet d = db.CreateDocument\nd.Form = \"Order\"\nd.Customer = \"Zoe\"\nCall d.Save(True, False)\nPrint v.EntryCount & v.GetLastDocument.Customer(0)",
                "4Zoe",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nv.AutoUpdate = False\nSet d = db.CreateDocument\nd.Form = \"Order\"\nd.Customer = \"Zoe\"\nCall d.Save(True, False)\nPrint v.EntryCount\nCall v.Refresh\nPrint v.EntryCount",
                "3|4",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet d = v.GetFirstDocument\nd.Form = \"Other\"\nCall d.Save(True, False)\nOn Error GoTo h\nSet d = v.GetNextDocument(d)\nExit Sub\nh: Print Error$",
                "Notes error: Entry not found in index: the document is not in this view",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nv.AutoUpdate = False\nSet d = v.GetFirstDocument\nd.Form = \"Other\"\nCall d.Save(True, False)\nPrint v.GetNextDocument(d).Customer(0)",
                "Miles",
            ),
            // Answers.
            (
                "Set v = db.GetView(\"Threads\")\nPrint v.IsHierarchical & v.EntryCount\nSet d = v.GetDocumentByKey(\"Miller\")\nSet r = v.GetChild(d)\nPrint r.Subject(0) & v.GetParentDocument(r).Customer(0) & (v.GetNextSibling(r) Is Nothing) & v.GetChild(r).Subject(0)",
                "True5|ThanksMillerTrueWelcome",
            ),
            (
                "Set v = db.GetView(\"Threads\")\nPrint v.GetNthDocument(3).Customer(0) & v.GetLastDocument.Subject(0) & (v.GetPrevSibling(v.GetNthDocument(2)).Customer(0))",
                "MillerWelcomeadams",
            ),
            (
                "Print db.GetView(\"Orders\").FTSearch(\"x\")",
                "Agent(4) in Initialize: error 4999: NotesView.FTSearch is not there: no host of this run has it",
            ),
        ],
    );
}

/// [NotesViewEntry and NotesViewEntryCollection, as documented]
#[test]
fn notes_view_entry() {
    documented(
        "NotesViewEntryCollection",
        &[
            (
                "Set c = db.GetView(\"Regions\").AllEntries\nSet e = c.GetFirstEntry\nWhile Not e Is Nothing\nPrint e.GetPosition(\".\") & \" \" & e.ColumnValues(2) & \" \" & e.ColumnValues(0)\nSet e = c.GetNextEntry(e)\nWend",
                "1.1 Miles North|1.2 Miller North|2.1.1 adams South\\East",
            ),
            (
                "Set c = db.GetView(\"Orders\").AllEntries\nPrint c.Count & c.GetNthEntry(2).Document.Customer(0) & c.GetLastEntry.NoteID & (c.GetNthEntry(4) Is Nothing)",
                "3Miles8FATrue",
            ),
            (
                "Set c = db.GetView(\"Orders\").AllEntries\nSet e = c.GetLastEntry\nPrint c.GetPrevEntry(e).UniversalID & e.IsDocument & e.IsCategory & e.IsValid",
                "33333333333333333333333333333333TrueFalseTrue",
            ),
            (
                "Set c = db.GetView(\"Threads\").AllEntries\nSet e = c.GetEntry(db.GetDocumentByID(\"906\"))\nPrint e.IndentLevel & e.GetPosition(\"/\") & e.ChildCount & e.DescendantCount & e.ColumnValues(1) & \"[\" & e.ColumnValues(0) & \"]\"",
                "13/111Thanks[]",
            ),
            (
                "Set c = db.GetView(\"Orders\").GetAllEntriesByKey(\"mil\")\nCall c.StampAll(\"Flag\", 1)\nPrint db.Search(\"Flag = 1\", Nothing, 0).Count\nCall c.DeleteEntry(c.GetFirstEntry)\nPrint c.Count",
                "2|1",
            ),
            (
                "Set c = db.GetView(\"Orders\").AllEntries\nPrint c.Contains(db.GetDocumentByID(\"8FA\")) & c.Contains(db.GetDocumentByID(\"906\")) & c.Parent.Name",
                "TrueFalseOrders",
            ),
            (
                "Set v = db.GetView(\"Orders\")\nSet c = v.AllEntries\nCall c.Subtract(v.GetAllEntriesByKey(\"mil\"))\nPrint c.Count\nCall c.Merge(v.GetEntryByKey(\"miles\"))\nPrint c.Count\nCall c.Intersect(db.GetDocumentByID(\"902\"))\nPrint c.GetFirstEntry.Document.Customer(0) & c.Count",
                "1|2|Miles1",
            ),
            (
                "Set c = db.GetView(\"Orders\").AllEntries\nCall c.RemoveAll(True)\nPrint db.AllDocuments.Count & c.Count",
                "20",
            ),
        ],
    );
}

/// [NotesViewNavigator, as documented]
#[test]
fn notes_view_navigator() {
    documented(
        "NotesViewNavigator",
        &[
            (
                "Set n = db.GetView(\"Regions\").CreateViewNav\nSet e = n.GetFirst\nWhile Not e Is Nothing\nIf e.IsCategory Then Print e.GetPosition(\".\") & \" \" & e.ColumnValues(0) & \" \" & e.ChildCount Else Print e.GetPosition(\".\") & \" \" & e.ColumnValues(2)\nSet e = n.GetNext(e)\nWend",
                "1 North 2|1.1 Miles|1.2 Miller|2 South 1|2.1 East 1|2.1.1 adams",
            ),
            (
                "Set n = db.GetView(\"Regions\").CreateViewNav\nPrint n.Count & n.GetFirstDocument.ColumnValues(2) & n.GetLastDocument.ColumnValues(2) & n.GetLast.SiblingCount",
                "6Milesadams1",
            ),
            (
                "Set n = db.GetView(\"Regions\").CreateViewNavFromCategory(\"North\")\nPrint n.Count & n.GetFirst.ColumnValues(2)",
                "2Miles",
            ),
            (
                "Set n = db.GetView(\"Regions\").CreateViewNavFromCategory(\"south\\east\")\nPrint n.Count & n.GetFirst.ColumnValues(2)\nPrint db.GetView(\"Regions\").CreateViewNavFromCategory(\"None\").Count",
                "1adams|0",
            ),
            (
                "Set n = db.GetView(\"Regions\").CreateViewNavMaxLevel(0)\nPrint n.Count & n.GetNth(2).ColumnValues(0)",
                "2South",
            ),
            (
                "Set n = db.GetView(\"Regions\").CreateViewNav\nSet e = n.GetFirst\nPrint n.GetNextSibling(e).ColumnValues(0) & n.GetChild(e).ColumnValues(2) & n.GetNextCategory(e).ColumnValues(0) & (n.GetParent(e) Is Nothing)",
                "SouthMilesSouthTrue",
            ),
            (
                "Set n = db.GetView(\"Regions\").CreateViewNav\nPrint n.GotoPos(\"1.2\", \".\") & n.GetCurrent.ColumnValues(2) & n.GotoNext & n.GetCurrent.ColumnValues(0) & n.GotoPos(\"9\", \".\")",
                "TrueMillerTrueSouthFalse",
            ),
            (
                "Set n = db.GetView(\"Threads\").CreateViewNav\nPrint n.GotoLast & n.GetParent.ColumnValues(1) & n.GetPrev.ColumnIndentLevel",
                "TrueThanks0",
            ),
            (
                "Set v = db.GetView(\"Threads\")\nSet n = v.CreateViewNav\nSet m = v.CreateViewNavFromDescendants(n.GetNth(3))\nPrint m.Count & v.CreateViewNavFromChildren(n.GetNth(3)).Count & m.ParentView.Name",
                "21Threads",
            ),
        ],
    );
}
