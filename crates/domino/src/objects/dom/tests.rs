//! Cases as documented by HCL.

use crate::objects::bench::printed;

const PARSE: &str = "Set x = s.CreateStream\nCall x.WriteText(|<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE db><db xmlns:d=\"urn:d\"><document form=\"Person\" id=\"1\"><item name=\"A\">Ann</item></document><document form=\"Memo\"/><!--c--><?go on?><d:x d:y=\"2\"/><![CDATA[<&]]></db>|)\nSet p = s.CreateDOMParser(x)\np.Process\nSet d = p.Document\nSet e = d.DocumentElement\n";

const BUILD: &str = "Set o = s.CreateStream\nSet p = s.CreateDOMParser(\"<a/>\", o)\np.Process\nSet d = p.Document\nSet e = d.DocumentElement\n";

const SHOW: &str = "\nCall p.Serialize()\no.Position = 0\nPrint o.ReadText()";

fn check(before: &str, after: &str, cases: &[(&str, &str, &str)]) {
    for (documented, body, expected) in cases {
        let printed = printed(&format!("{before}{body}{after}"));
        assert_eq!(printed, *expected, "as documented in {documented}:\n{body}");
    }
}

#[test]
fn nodes_are_as_documented() {
    check(
        PARSE,
        "",
        &[
            (
                "NotesDOMDocumentNode",
                "Print d.NodeName & d.NodeType & d.HasChildNodes & d.NumberOfChildNodes",
                "#document9True2",
            ),
            (
                "NotesDOMDocumentNode.DocumentElement",
                "Print e.NodeName & e.TagName & e.NodeType",
                "dbdb1",
            ),
            (
                "NotesDOMDocumentNode.DocumentType",
                "Print d.DocumentType.NodeName & d.DocumentType.NodeType",
                "db10",
            ),
            (
                "NotesDOMNode.FirstChild and LastChild",
                "Print e.FirstChild.NodeName & e.LastChild.NodeName",
                "document#cdata-section",
            ),
            (
                "NotesDOMNode.IsNull",
                "Print e.FirstChild.IsNull & e.FirstChild.NextSibling.FirstChild.IsNull",
                "FalseTrue",
            ),
            (
                "NotesDOMNode.IsNull, a node that is null",
                "Print e.NextSibling.NodeName",
                "error 91: Object variable not set: the node is null; ask IsNull before",
            ),
            (
                "NotesDOMNode.NextSibling",
                "Set n = e.FirstChild\nWhile Not n.IsNull\nPrint n.NodeName & n.NodeType\nSet n = n.NextSibling\nWend",
                "document1|document1|#comment8|go7|d:x1|#cdata-section4",
            ),
            (
                "NotesDOMNode.PreviousSibling and ParentNode",
                "Print e.LastChild.PreviousSibling.NodeName & e.FirstChild.ParentNode.NodeName & d.ParentNode.IsNull",
                "d:xdbTrue",
            ),
            (
                "NotesDOMNode.NodeValue",
                "Print e.FirstChild.FirstChild.FirstChild.NodeValue & e.LastChild.NodeValue & e.FirstChild.NodeValue",
                "Ann<&",
            ),
            (
                "NotesDOMNode.NodeType, constants",
                "Print e.NodeType = DOMNODETYPE_ELEMENT_NODE",
                "True",
            ),
            (
                "NotesDOMNode.LocalName, Prefix and NamespaceURI",
                "Set n = e.LastChild.PreviousSibling\nPrint n.LocalName & n.Prefix & n.NamespaceURI",
                "xdurn:d",
            ),
            (
                "NotesDOMNode.Attributes",
                "Set m = e.FirstChild.Attributes\nFor i = 1 To m.NumberOfEntries\nPrint m.GetItem(i).NodeName & \"=\" & m.GetItem(i).NodeValue\nNext\nPrint m.GetItem(3).IsNull",
                "form=Person|id=1|True",
            ),
            (
                "NotesDOMNamedNodeMap.GetNamedItem",
                "Print e.FirstChild.Attributes.GetNamedItem(\"id\").NodeValue & e.FirstChild.Attributes.GetNamedItem(\"no\").IsNull",
                "1True",
            ),
            (
                "NotesDOMNode.Attributes, of others",
                "Print e.LastChild.Attributes Is Nothing",
                "True",
            ),
            (
                "NotesDOMElementNode.GetAttribute",
                "Print e.FirstChild.GetAttribute(\"form\") & \"-\" & e.FirstChild.GetAttribute(\"no\") & \"-\"",
                "Person--",
            ),
            (
                "NotesDOMElementNode.GetAttributeNode",
                "Set a = e.FirstChild.GetAttributeNode(\"form\")\nPrint a.AttributeName & a.AttributeValue & a.NodeType & a.IsSpecified\nPrint e.GetAttributeNode(\"no\").IsNull",
                "formPerson2True|True",
            ),
            (
                "NotesDOMElementNode.GetAttributeNS",
                "Print e.LastChild.PreviousSibling.GetAttributeNS(\"urn:d\", \"y\")",
                "2",
            ),
            (
                "NotesDOMElementNode.GetElementsByTagName",
                "Set l = e.GetElementsByTagName(\"document\")\nPrint l.NumberOfEntries & l.GetItem(2).GetAttribute(\"form\") & l.GetItem(3).IsNull",
                "2MemoTrue",
            ),
            (
                "NotesDOMDocumentNode.GetElementsByTagName, *",
                "Print d.GetElementsByTagName(\"*\").NumberOfEntries",
                "5",
            ),
            (
                "NotesDOMElementNode.GetElementsByTagNameNS",
                "Print e.GetElementsByTagNameNS(\"urn:d\", \"*\").NumberOfEntries",
                "1",
            ),
            (
                "NotesDOMProcessingInstructionNode",
                "Set n = e.FirstChild.NextSibling.NextSibling.NextSibling\nPrint n.Target & n.Data & n.NodeName & n.NodeValue",
                "goongoon",
            ),
            (
                "NotesDOMNode, members",
                "Print e.Sibling",
                "error 185: NotesDOMElementNode has no member sibling",
            ),
        ],
    );
}

#[test]
fn trees_are_changed_as_documented() {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let cases = [
        (
            "NotesDOMDocumentNode.CreateElementNode",
            "Set n = e.AppendChild(d.CreateElementNode(\"b\"))\nPrint n.NodeName",
            "b|",
            "<a><b/></a>",
        ),
        (
            "NotesDOMDocumentNode.CreateTextNode",
            "Call e.AppendChild(d.CreateTextNode(\"x<&\"))",
            "",
            "<a>x&lt;&amp;</a>",
        ),
        (
            "NotesDOMDocumentNode.CreateCDATASectionNode",
            "Call e.AppendChild(d.CreateCDATASectionNode(\"<x>\"))",
            "",
            "<a><![CDATA[<x>]]></a>",
        ),
        (
            "NotesDOMDocumentNode.CreateCommentNode",
            "Call e.AppendChild(d.CreateCommentNode(\" c \"))",
            "",
            "<a><!-- c --></a>",
        ),
        (
            "NotesDOMDocumentNode.CreateProcessingInstructionNode",
            "Call e.AppendChild(d.CreateProcessingInstructionNode(\"t\", \"d\"))",
            "",
            "<a><?t d?></a>",
        ),
        (
            "NotesDOMDocumentNode.CreateElementNodeNS",
            "Call e.AppendChild(d.CreateElementNodeNS(\"urn:b\", \"p:b\"))",
            "",
            "<a><p:b xmlns:p=\"urn:b\"/></a>",
        ),
        (
            "NotesDOMDocumentNode.CreateDocumentFragmentNode",
            "Set f = d.CreateDocumentFragmentNode()\nCall f.AppendChild(d.CreateElementNode(\"b\"))\nCall f.AppendChild(d.CreateElementNode(\"c\"))\nCall e.AppendChild(f)",
            "",
            "<a><b/><c/></a>",
        ),
        (
            "NotesDOMDocumentNode.CreateAttributeNode",
            "Set t = d.CreateAttributeNode(\"k\")\nt.AttributeValue = \"v\"\nCall e.SetAttributeNode(t)",
            "",
            "<a k=\"v\"/>",
        ),
        (
            "NotesDOMDocumentNode.ImportNode",
            "Set q = s.CreateDOMParser(\"<z><y/></z>\")\nq.Process\nCall e.AppendChild(d.ImportNode(q.Document.DocumentElement, True))",
            "",
            "<a><z><y/></z></a>",
        ),
        (
            "NotesDOMElementNode.SetAttribute",
            "Call e.SetAttribute(\"k\", \"1\")\nCall e.SetAttribute(\"k\", \"2\"\"\")",
            "",
            "<a k=\"2&quot;\"/>",
        ),
        (
            "NotesDOMElementNode.RemoveAttribute",
            "Call e.SetAttribute(\"k\", \"1\")\nCall e.RemoveAttribute(\"k\")\nCall e.RemoveAttribute(\"no\")",
            "",
            "<a/>",
        ),
        (
            "NotesDOMElementNode.SetAttributeNS",
            "Call e.SetAttributeNS(\"urn:k\", \"p:k\", \"1\")",
            "",
            "<a p:k=\"1\" xmlns:p=\"urn:k\"/>",
        ),
        (
            "NotesDOMNode.AppendChild, moves",
            "Set b = e.AppendChild(d.CreateElementNode(\"b\"))\nSet c = e.AppendChild(d.CreateElementNode(\"c\"))\nCall e.AppendChild(b)",
            "",
            "<a><c/><b/></a>",
        ),
        (
            "NotesDOMNode.RemoveChild",
            "Set b = e.AppendChild(d.CreateElementNode(\"b\"))\nPrint e.RemoveChild(b).NodeName",
            "b|",
            "<a/>",
        ),
        (
            "NotesDOMNode.ReplaceChild",
            "Set b = e.AppendChild(d.CreateElementNode(\"b\"))\nPrint e.ReplaceChild(d.CreateElementNode(\"c\"), b).NodeName",
            "b|",
            "<a><c/></a>",
        ),
        (
            "NotesDOMNode.Clone",
            "Set b = e.AppendChild(d.CreateElementNode(\"b\"))\nCall b.AppendChild(d.CreateTextNode(\"t\"))\nCall e.AppendChild(b.Clone(True))\nCall e.AppendChild(b.Clone(False))",
            "",
            "<a><b>t</b><b>t</b><b/></a>",
        ),
        (
            "NotesDOMNode.NodeValue, setting it",
            "Set t = e.AppendChild(d.CreateTextNode(\"t\"))\nt.NodeValue = \"u\"",
            "",
            "<a>u</a>",
        ),
        (
            "NotesDOMTextNode.AppendData and InsertData",
            "Set t = e.AppendChild(d.CreateTextNode(\"ad\"))\nCall t.AppendData(\"e\")\nCall t.InsertData(1, \"bc\")\nPrint t.SubstringData(1, 2)",
            "bc|",
            "<a>abcde</a>",
        ),
        (
            "NotesDOMTextNode.DeleteData and ReplaceData",
            "Set t = e.AppendChild(d.CreateTextNode(\"abcd\"))\nCall t.DeleteData(0, 1)\nCall t.ReplaceData(0, 2, \"x\")",
            "",
            "<a>xd</a>",
        ),
        (
            "NotesDOMTextNode.SplitText",
            "Set t = e.AppendChild(d.CreateTextNode(\"abcd\"))\nSet u = t.SplitText(1)\nPrint t.NodeValue & \" \" & u.NodeValue & e.NumberOfChildNodes",
            "a bcd2|",
            "<a>abcd</a>",
        ),
    ];
    for (documented, body, lines, expected) in cases {
        let expected = format!("{lines}{declaration}{expected}");
        check(BUILD, SHOW, &[(documented, body, &expected)]);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    check(
        BUILD,
        "",
        &[
            (
                "NotesDOMNode.AppendChild, of another parser",
                "Set q = s.CreateDOMParser(\"<z/>\")\nq.Process\nCall e.AppendChild(q.Document.DocumentElement)",
                "error 4000: the node given to NotesDOMElementNode.AppendChild is of another parser; see ImportNode",
            ),
            (
                "NotesDOMNode.AppendChild, into itself",
                "Call e.AppendChild(e)",
                "error 4000: a node cannot stand in itself",
            ),
            (
                "NotesDOMNode.AppendChild, a second element",
                "Call d.AppendChild(d.CreateElementNode(\"b\"))",
                "error 4000: a document has one element, and no text beside it",
            ),
            (
                "NotesDOMNode.RemoveChild, no child",
                "Call e.RemoveChild(d.CreateElementNode(\"b\"))",
                "error 4000: the node is no child of this one",
            ),
            (
                "NotesDOMDocumentNode.CreateElementNode, no name",
                "Call d.CreateElementNode(\"1 2\")",
                "error 4000: '1 2' is no name in XML",
            ),
            (
                "NotesDOMDocumentNode.CreateCommentNode, two hyphens",
                "Call d.CreateCommentNode(\"a--b\")",
                "error 4000: the value has -- in a comment",
            ),
            (
                "NotesDOMDocumentNode.CreateTextNode, no character",
                "Call d.CreateTextNode(Chr(1))",
                "error 4000: the value has a character that XML does not have",
            ),
        ],
    );
}

#[test]
fn parsers_are_as_documented() {
    check(
        "",
        "",
        &[
            (
                "NotesDOMParser, defaults",
                "Set p = s.CreateDOMParser(\"<a/>\")\nPrint p.AddXMLDeclNode & p.DoNamespaces & p.ExitOnFirstFatalError & p.ExpandEntityReferences & p.InputValidationOption & p.Log",
                "FalseTrueTrueFalse2",
            ),
            (
                "NotesDOMXMLDeclNode",
                "Set p = s.CreateDOMParser(|<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a/>|)\np.AddXMLDeclNode = True\np.Process\nSet x = p.Document.FirstChild\nPrint x.NodeName & x.Version & x.Encoding & x.Standalone & x.NodeType",
                "#xmldecl1.0UTF-8yes13",
            ),
            (
                "NotesDOMParser.AddXMLDeclNode",
                "Set p = s.CreateDOMParser(|<?xml version=\"1.0\"?><a/>|)\np.Process\nPrint p.Document.FirstChild.NodeName",
                "a",
            ),
            (
                "NotesDOMDocumentNode.CreateXMLDeclNode",
                "Set p = s.CreateDOMParser(\"<a/>\")\np.Process\nSet x = p.Document.CreateXMLDeclNode(\"1.0\", \"UTF-8\", \"No\")\nPrint x.Version & x.Encoding & x.Standalone",
                "1.0UTF-8no",
            ),
            (
                "NotesDOMParser.Parse",
                "Set p = s.CreateDOMParser()\nCall p.SetInput(\"<a/>\")\nCall p.Parse()\nPrint p.Document.DocumentElement.NodeName",
                "a",
            ),
            (
                "NotesDOMParser.Parse, no input",
                "Set p = s.CreateDOMParser()\nCall p.Parse()",
                "error 4602: the NotesDOMParser has no input; give it to CreateDOMParser or SetInput",
            ),
            (
                "NotesDOMParser.Parse, no XML",
                "Set p = s.CreateDOMParser(\"<a>\")\nCall p.Parse()",
                "error 4602: DOM parser operation failed: line 1, column 4: these elements have no end tag: a",
            ),
            (
                "NotesXMLProcessor.Log and LogComment",
                "Set p = s.CreateDOMParser(\"<a></b>\")\np.LogComment = \"L\"\nOn Error GoTo h\np.Process\nExit Sub\nh: Print Replace(p.Log, Chr(10), \"\")",
                "<?xml version='1.0'?><DOMParserLog><!--L--><fatalerror line=\"1\" column=\"4\">the end tag 'b' does not match the start tag 'a'</fatalerror></DOMParserLog>",
            ),
            (
                "NotesXMLProcessor.ExitOnFirstFatalError",
                "Set p = s.CreateDOMParser(\"<a>\")\np.ExitOnFirstFatalError = False\np.Process\nPrint p.Document.DocumentElement.IsNull & (p.Log <> \"\")",
                "TrueTrue",
            ),
            (
                "NotesDOMParser.Output",
                "Set o = s.CreateStream\nSet p = s.CreateDOMParser(\"<a/>\", o)\nCall p.Output(\"x\")\nCall p.Output(\"y\")\no.Position = 0\nPrint o.ReadText()",
                "xy",
            ),
            (
                "NotesDOMParser.Serialize, no output",
                "Set p = s.CreateDOMParser(\"<a/>\")\np.Process\nCall p.Serialize()",
                "error 4602: the NotesDOMParser has no output; give it to CreateDOMParser or SetOutput",
            ),
            (
                "NotesDOMParser.InputValidationOption",
                "Set p = s.CreateDOMParser(\"<a/>\")\np.InputValidationOption = VALIDATE_NEVER\nPrint p.InputValidationOption\np.InputValidationOption = VALIDATE_ALWAYS",
                "0|error 4999: VALIDATE_ALWAYS of NotesDOMParser is not there: no host of this run has it",
            ),
            (
                "NotesDOMParser, entities of document types are not known",
                "Set p = s.CreateDOMParser(|<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>|)\np.Process",
                "error 4602: DOM parser operation failed: line 1, column 58: the entity 'e' is not known; no entities are taken from document types",
            ),
            (
                "NotesDOMParser.DoNamespaces",
                "Set p = s.CreateDOMParser(\"<p:a/>\")\np.DoNamespaces = False\np.Process\nPrint p.Document.DocumentElement.NodeName\np.DoNamespaces = True\np.Process",
                "p:a|error 4602: DOM parser operation failed: line 1, column 1: the prefix 'p' is not declared",
            ),
        ],
    );
}
