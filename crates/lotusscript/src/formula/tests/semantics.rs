//! What formulas come to, as documented: each case names the page of HCL's Domino Designer documentation that has the rule. The formulas are ours.

use super::{host, run_on, value};
use crate::formula::{FaultKind, Value};

/// Page, formula, a formula for what it must come to (`@Error` for any error).
const AS_DOCUMENTED: &[(&str, &str, &str)] = &[
    // Operators
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "2 + 3 * 4", "14"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "(2 + 3) * 4", "20"),
    (
        "H_OPERATOR_OVERVIEW_AND_PRECEDENCE",
        "1 : 2 + 10",
        "11 : 12",
    ),
    (
        "H_OPERATOR_OVERVIEW_AND_PRECEDENCE",
        "-1 : 2",
        "(-1) : (-2)",
    ),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "2 * 3 = 6", "1"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "1 = 1 & 2 = 2", "1"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "!1 = 2", "1"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "12 / 3 / 2", "2"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "10 - 3 - 2", "5"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "5 >< 5", "0"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "5 =! 4", "1"),
    ("H_OPERATOR_OVERVIEW_AND_PRECEDENCE", "1 : 2 *>< 2 : 1", "1"),
    (
        "H_LIST_SUBSCRIPT_OPERATOR",
        "x := \"a\" : \"b\" : \"c\"; x[2]",
        "\"b\"",
    ),
    ("H_LIST_SUBSCRIPT_OPERATOR", "x := 5; x[1]", "5"),
    ("H_LIST_SUBSCRIPT_OPERATOR", "x := 5 : 6 : 7; x[1.6]", "6"),
    ("H_LIST_SUBSCRIPT_OPERATOR", "x := 5 : 6; x[3]", "@Error"),
    ("H_LIST_SUBSCRIPT_OPERATOR", "x := 5 : 6; x[0]", "@Error"),
    ("H_LIST_SUBSCRIPT_OPERATOR", "(1 : 2 : 3)[1 + 2]", "3"),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\" + \"1\":\"2\"",
        "\"x1\":\"y2\"",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\":\"z\" + \"1\":\"2\"",
        "\"x1\":\"y2\":\"z2\"",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\":\"z\" + \"1\"",
        "\"x1\":\"y1\":\"z1\"",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\" *+ \"1\":\"2\"",
        "\"x1\":\"x2\":\"y1\":\"y2\"",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "1:2:3 + 100:200:300",
        "101:202:303",
    ),
    ("H_OPERATIONS_ON_LISTS", "1:2:3 + 100:200", "101:202:203"),
    ("H_OPERATIONS_ON_LISTS", "1:2 *+ 10:20", "11:21:12:22"),
    ("H_OPERATIONS_ON_LISTS", "1:2 ** 3:4", "3:4:6:8"),
    ("H_OPERATIONS_ON_LISTS", "8:4 */ 2:4", "4:2:2:1"),
    ("H_OPERATIONS_ON_LISTS", "10:20 *- 1:2", "9:8:19:18"),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\":\"z\" = \"y\":\"z\":\"x\"",
        "0",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\":\"z\" = \"y\":\"z\"",
        "1",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "\"x\":\"y\":\"z\" *= \"y\":\"z\":\"x\"",
        "1",
    ),
    ("H_OPERATIONS_ON_LISTS", "\"x\":\"y\" *= \"p\":\"q\"", "0"),
    ("H_OPERATIONS_ON_LISTS", "4:5:6 = 5:6:4", "0"),
    ("H_OPERATIONS_ON_LISTS", "4:5:6 *= 7:8", "0"),
    ("H_OPERATIONS_ON_LISTS", "4:5:6 *= 6:8", "1"),
    (
        "H_OPERATIONS_ON_LISTS",
        "[1-1-90]:[2-2-90] *= [2-2-90]",
        "1",
    ),
    (
        "H_OPERATIONS_ON_LISTS",
        "[1-1-90]:[2-2-90] = [3-3-90]:[4-4-90]",
        "0",
    ),
    ("H_OPERATIONS_ON_LISTS", "1:2 = 1:3 & 1:2 != 1:3", "1"),
    ("H_OPERATIONS_ON_LISTS", "1:5 *> 4", "1"),
    ("H_OPERATIONS_ON_LISTS", "1:2 *>= 3", "0"),
    ("H_OPERATIONS_ON_LISTS", "1:2 *< 1", "0"),
    ("H_OPERATIONS_ON_LISTS", "1:2 *<= 1", "1"),
    ("H_OPERATIONS_ON_LISTS", "1:1 *<> 1", "0"),
    ("H_WAYS_TO_USE_OPERATORS", "\"a\" : 1", "@Error"),
    (
        "H_WAYS_TO_USE_OPERATORS",
        "@Elements(\"a\" : \"b\" : \"c\")",
        "3",
    ),
    ("H_WAYS_TO_USE_OPERATORS", "\"Not\" + \"es\"", "\"Notes\""),
    ("H_WAYS_TO_USE_OPERATORS", "\"a\" + 1", "@Error"),
    ("H_WAYS_TO_USE_OPERATORS", "4 * 4", "64 / 4"),
    ("H_WAYS_TO_USE_OPERATORS", "1 / 0", "@Error"),
    (
        "H_WAYS_TO_USE_OPERATORS",
        "[01/10/2025] - [01/08/2025]",
        "172800",
    ),
    ("H_WAYS_TO_USE_OPERATORS", "1 & 0", "0"),
    ("H_WAYS_TO_USE_OPERATORS", "1 | 0", "1"),
    ("H_WAYS_TO_USE_OPERATORS", "!0", "1"),
    ("H_WAYS_TO_USE_OPERATORS", "5 & 7", "1"),
    ("H_WAYS_TO_USE_OPERATORS", "\"a\" = \"A\"", "0"),
    ("H_WAYS_TO_USE_OPERATORS", "\"a\" < \"b\"", "1"),
    ("H_WAYS_TO_USE_OPERATORS", "2 >= 2", "1"),
    (
        "H_WAYS_TO_USE_OPERATORS",
        "[01/01/2025] < [01/02/2025]",
        "1",
    ),
    ("H_WAYS_TO_USE_OPERATORS", "x := 2; y := x + 1; y", "3"),
    // Constants
    (
        "H_WAYS_TO_USE_CONSTANTS",
        "\"say \\\"no\\\"\"",
        "{say \"no\"}",
    ),
    ("H_WAYS_TO_USE_CONSTANTS", "\"c:\\\\notes\"", "{c:\\notes}"),
    ("H_WAYS_TO_USE_CONSTANTS", "123E2", "12300"),
    ("H_WAYS_TO_USE_CONSTANTS", "123E-2", "1.23"),
    ("H_WAYS_TO_USE_CONSTANTS", ".5 + 1.", "1.5"),
    ("H_WAYS_TO_USE_CONSTANTS", "-123.4", "0 - 123.4"),
    (
        "H_WAYS_TO_USE_CONSTANTS",
        "@Year([01/01/49] : [01/01/50])",
        "2049 : 1950",
    ),
    ("H_WAYS_TO_USE_CONSTANTS", "@Hour([5:30 PM])", "17"),
    ("H_WAYS_TO_USE_CONSTANTS", "@Hour([17:30])", "17"),
    // Reserved words
    ("H_REM", "REM {nothing}; 5", "5"),
    (
        "H_FIELD_KEYWORD",
        "FIELD Subject := \"New\"; Subject",
        "\"New\"",
    ),
    (
        "H_DEFAULT",
        "DEFAULT Subject := \"New\"; Subject",
        "\"Hello\"",
    ),
    ("H_DEFAULT", "DEFAULT Other := \"New\"; Other", "\"New\""),
    (
        "H_ENVIRONMENT",
        "ENVIRONMENT Number := \"7\"; @Environment(\"Number\")",
        "\"7\"",
    ),
    ("H_SELECT", "SELECT Subject = \"Hello\"", "1"),
    // Text
    ("H_LEFT", "@Left(\"Lennard Wallace\"; 3)", "\"Len\""),
    ("H_LEFT", "@Left(\"Lennard Wallace\"; \" \")", "\"Lennard\""),
    ("H_LEFT", "@Left(\"Lennard Wallace\"; \"x\")", "\"\""),
    ("H_LEFT", "@Left(\"Tim\" : \"Ann\"; 1)", "\"T\" : \"A\""),
    ("H_LEFT", "@Left(\"ab\"; 5)", "\"ab\""),
    (
        "H_LEFTBACK",
        "@LeftBack(\"Timothy Altman\"; 3)",
        "\"Timothy Alt\"",
    ),
    ("H_LEFTBACK", "@LeftBack(\"a-b-c\"; \"-\")", "\"a-b\""),
    (
        "H_LEFTBACK",
        "@LeftBack(\"North\" : \"South\"; 2)",
        "\"Nor\" : \"Sou\"",
    ),
    ("H_LEFTBACK", "@LeftBack(\"abc\"; -1)", "\"abc\""),
    ("H_RIGHT", "@Right(\"Lennard Wallace\"; 3)", "\"ace\""),
    ("H_RIGHT", "@Right(\"a-b-c\"; \"-\")", "\"b-c\""),
    ("H_RIGHT", "@Right(\"abc\"; \"x\")", "\"\""),
    (
        "H_RIGHTBACK",
        "@RightBack(\"Timothy Altman\"; 3)",
        "\"othy Altman\"",
    ),
    ("H_RIGHTBACK", "@RightBack(\"a-b-c\"; \"-\")", "\"c\""),
    ("H_RIGHTBACK", "@RightBack(\"abc\"; \"\")", "\"\""),
    (
        "H_RIGHTBACK",
        "@RightBack(\"lalapalooza\"; \"la\")",
        "\"palooza\"",
    ),
    ("H_MIDDLE", "@Middle(\"North Carolina\"; 4; 3)", "\"h C\""),
    ("H_MIDDLE", "@Middle(\"North Carolina\"; 4; -3)", "\"ort\""),
    (
        "H_MIDDLE",
        "@Middle(\"North Carolina\"; \" \"; 3)",
        "\"Car\"",
    ),
    (
        "H_MIDDLE",
        "@Middle(\"North Carolina\"; \"th\"; -2)",
        "\"or\"",
    ),
    (
        "H_MIDDLE",
        "@Middle(\"(one) two\"; \"(\"; \")\")",
        "\"one\"",
    ),
    ("H_MIDDLE", "@Middle(\"abc-def\"; 1; \"-\")", "\"bc\""),
    (
        "H_MIDDLEBACK",
        "@MiddleBack(\"a(one)(two)\"; \"(\"; \")\")",
        "\"two\"",
    ),
    ("H_WORD", "@Word(\"a~b~c\"; \"~\"; -1)", "\"c\""),
    (
        "H_WORD",
        "@Word(\"a~b~c\" : \"d~e\"; \"~\"; 2)",
        "\"b\" : \"e\"",
    ),
    ("H_WORD", "@Word(\"a~b\"; \"~\"; 5)", "\"\""),
    ("H_CONTAINS", "@Contains(\"Hi There\"; \"Th\")", "1"),
    ("H_CONTAINS", "@Contains(\"Hi There\"; \"th\")", "0"),
    (
        "H_CONTAINS",
        "@Contains(\"Tom\":\"Dick\"; \"Harry\":\"ick\")",
        "1",
    ),
    ("H_CONTAINS", "@Contains(\"Tom\"; \"\")", "1"),
    ("H_BEGINS", "@Begins(\"Hi There\"; \"Hi\")", "1"),
    ("H_BEGINS", "@Begins(\"Hi There\"; \"There\")", "0"),
    ("H_ENDS", "@Ends(\"Hi There\"; \"re\")", "1"),
    ("H_ENDS", "@Ends(\"a\":\"b\"; \"x\":\"y\")", "0"),
    ("H_MATCHES", "@Matches(\"yoBc\"; \"YObC\")", "1"),
    ("H_MATCHES", "@Matches(\"AC\"; \"{ABC}{ABC}\")", "1"),
    ("H_MATCHES", "@Matches(\"aC\"; \"{ABC}{ABC}\")", "0"),
    ("H_MATCHES", "@Matches(\"axc\"; \"A?C\")", "1"),
    ("H_MATCHES", "@Matches(\"axxc\"; \"A?C\")", "0"),
    ("H_MATCHES", "@Matches(\"abc\"; \"???\")", "1"),
    ("H_MATCHES", "@Matches(\"\"; \"+?\")", "1"),
    ("H_MATCHES", "@Matches(\"abcX\"; \"+?{A-Z}\")", "1"),
    ("H_MATCHES", "@Matches(\"abcx\"; \"+?{A-Z}\")", "0"),
    ("H_MATCHES", "@Matches(\"abc\"; \"+{!A-Z}\")", "1"),
    ("H_MATCHES", "@Matches(\"aBc\"; \"+{!A-Z}\")", "0"),
    ("H_MATCHES", "@Matches(\"abc\"; \"!*x*\")", "1"),
    ("H_MATCHES", "@Matches(\"abc\"; \"x*|a*\")", "1"),
    ("H_MATCHES", "@Matches(\"abc\"; \"a*&*c\")", "1"),
    ("H_MATCHES", "@Matches(\"abd\"; \"a*&*c\")", "0"),
    ("H_MATCHES", "@Matches(\"why?\"; \"why\\\\?\")", "1"),
    ("H_MATCHES", "@Matches(\"whyx\"; \"why\\\\?\")", "0"),
    ("H_LIKE", "@Like(\"A big test\"; \"A_test\")", "0"),
    ("H_LIKE", "@Like(\"A big test\"; \"A_____test\")", "1"),
    ("H_LIKE", "@Like(\"A big test\"; \"%test\")", "1"),
    ("H_LIKE", "@Like(\"x\" : \"test\"; \"t%\")", "1"),
    ("H_LIKE", "@Like(\"Test\"; \"t%\")", "0"),
    ("H_LIKE", "@Like(\"5%\"; \"5/%\"; \"/\")", "1"),
    ("H_LIKE", "@Like(\"55\"; \"5/%\"; \"/\")", "0"),
    ("H_LENGTH", "@Length(\"This is a test\")", "14"),
    ("H_LENGTH", "@Length(\"one\" : \"three\")", "3 : 5"),
    ("H_REPEAT", "@Repeat(\"Bye\"; 3)", "\"ByeByeBye\""),
    ("H_REPEAT", "@Repeat(\"Bye\"; 3; 5)", "\"ByeBy\""),
    (
        "H_REPLACESUBSTRING",
        "@ReplaceSubstring(\"I like apples\"; \"like\"; \"hate\")",
        "\"I hate apples\"",
    ),
    (
        "H_REPLACESUBSTRING",
        "@ReplaceSubstring(\"first\"; \"first\":\"second\"; \"second\":\"third\")",
        "\"third\"",
    ),
    (
        "H_REPLACESUBSTRING",
        "@ReplaceSubstring(\"a b c\"; \"a\":\"b\":\"c\"; \"x\")",
        "\"x x x\"",
    ),
    (
        "H_REPLACESUBSTRING",
        "@ReplaceSubstring(\"abc\"; \"B\"; \"x\")",
        "\"abc\"",
    ),
    (
        "H_REPLACE",
        "@Replace(\"Red\":\"Orange\":\"Green\"; \"Orange\":\"Blue\"; \"Black\":\"Brown\")",
        "\"Red\":\"Black\":\"Green\"",
    ),
    (
        "H_REPLACE",
        "@Replace(\"Red\":\"Orange\"; \"Blue\"; \"Brown\")",
        "\"Red\":\"Orange\"",
    ),
    (
        "H_LOWERCASE",
        "@LowerCase(\"JUAN Mendoza\")",
        "\"juan mendoza\"",
    ),
    (
        "H_UPPERCASE",
        "@UpperCase(\"Juan\" : \"b\")",
        "\"JUAN\" : \"B\"",
    ),
    (
        "H_PROPERCASE",
        "@ProperCase(\"every DOG has its day\")",
        "\"Every Dog Has Its Day\"",
    ),
    ("H_TRIM", "@Trim(\"  a   b  \")", "\"a b\""),
    ("H_TRIM", "@Trim(\"x\" : \"\" : \" y \")", "\"x\" : \"y\""),
    ("H_TRIM", "@Trim(\"\" : \"\")", "\"\""),
    ("H_CHAR", "@Char(65)", "\"A\""),
    ("H_CHAR", "@Char(65 : 66)", "\"A\" : \"B\""),
    ("H_ASCII", "@Ascii(\"abc\")", "\"abc\""),
    ("H_ASCII", "@Ascii(\"äbc\"; [ALLINRANGE])", "\"\""),
    (
        "H_URLENCODE",
        "@URLEncode(\"Domino\"; \"a b&c\")",
        "\"a%20b%26c\"",
    ),
    (
        "H_URLDECODE",
        "@URLDecode(\"Domino\"; \"a%20b%26c\")",
        "\"a b&c\"",
    ),
    (
        "H_SOUNDEX",
        "@Soundex(\"Smith\") = @Soundex(\"Smythe\")",
        "1",
    ),
    ("H_COMPARE", "@Compare(\"a\"; \"b\")", "-1"),
    ("H_COMPARE", "@Compare(\"b\" : \"a\"; \"a\")", "1 : 0"),
    ("H_COMPARE", "@Compare(\"a\"; \"B\")", "-1"),
    (
        "H_COMPARE",
        "@Compare(\"A\"; \"a\"; [CASEINSENSITIVE])",
        "0",
    ),
    // Text of other types
    ("H_TEXT", "@Text(123.45)", "\"123.45\""),
    ("H_TEXT", "@Text(1 : 2)", "\"1\" : \"2\""),
    ("H_TEXT", "@Text(\"a\"; \"F2\")", "\"a\""),
    ("H_TEXT", "@Text(1.5; \"F2\")", "\"1.50\""),
    ("H_TEXT", "@Text(1234567; \"F0,\")", "\"1,234,567\""),
    (
        "H_TEXT",
        "@Text([12/31/2025 17:05:09]; \"S0\")",
        "\"12/31/2025\"",
    ),
    (
        "H_TEXT",
        "@Text([12/31/2025 17:05:09]; \"S1T0\")",
        "\"05:05:09 PM\"",
    ),
    (
        "H_TEXT",
        "@Text([12/31/2025 17:05:09]; \"S1T1\")",
        "\"05:05 PM\"",
    ),
    ("H_TEXT", "@Text([12/31/2025]; \"D2S0\")", "\"12/31\""),
    ("H_TEXT", "@Text([12/31/2025]; \"D3S0\")", "\"12/2025\""),
    (
        "H_TEXT",
        "@Text([02/01/2026]; \"D1S0\") : @Text([02/01/2025]; \"D1S0\")",
        "\"02/01\" : \"02/01/2025\"",
    ),
    (
        "H_TEXT",
        "@Text(@Today; \"S3\") : @Text(@Yesterday; \"S3\")",
        "\"Today\" : \"Yesterday\"",
    ),
    ("H_TEXTTONUMBER", "@TextToNumber(\"123\")", "123"),
    (
        "H_TEXTTONUMBER",
        "@TextToNumber(\"1\" : \"2.5\")",
        "1 : 2.5",
    ),
    ("H_TEXTTONUMBER", "@TextToNumber(\"abc\")", "@Error"),
    ("H_TEXTTONUMBER", "@TextToNumber(\"12ABC\")", "12"),
    (
        "H_TEXTTONUMBER",
        "@TextToNumber(\"7e\" : \"5%\" : \"-1.5e2x\")",
        "7 : 0.05 : -150",
    ),
    ("H_TONUMBER", "@ToNumber(\"12\") + @ToNumber(1)", "13"),
    ("H_TEXTTOTIME", "@TextToTime(\"08/10/90\")", "[08/10/90]"),
    ("H_TEXTTOTIME", "@TextToTime(\"Today\")", "@Today"),
    ("H_TEXTTOTIME", "@TextToTime(\"Tomorrow\")", "@Tomorrow"),
    ("H_TEXTTOTIME", "@TextToTime(\"nonsense\")", "@Error"),
    ("H_TOTIME", "@ToTime(@Today) = @ToTime(@Text(@Today))", "1"),
    // Lists
    (
        "H_ELEMENTS",
        "@Elements(\"Jones\":\"Portola\":\"Reed\")",
        "3",
    ),
    ("H_ELEMENTS", "@Elements(\"\")", "0"),
    ("H_ELEMENTS", "@Elements(7)", "1"),
    ("H_COUNT", "@Count(\"\")", "1"),
    ("H_COUNT", "@Count(1 : 2)", "2"),
    (
        "H_EXPLODE",
        "@Explode(\"Weekly Status, Monthly;x\")",
        "\"Weekly\":\"Status\":\"Monthly\":\"x\"",
    ),
    (
        "H_EXPLODE",
        "@Explode(\"a-b+c\"; \"+-\")",
        "\"a\":\"b\":\"c\"",
    ),
    ("H_EXPLODE", "@Explode(\"a,,b\"; \",\")", "\"a\":\"b\""),
    (
        "H_EXPLODE",
        "@Explode(\"a,,b\"; \",\"; @True)",
        "\"a\":\"\":\"b\"",
    ),
    (
        "H_EXPLODE",
        "@Explode(\"a b\" + @NewLine + \"c\"; \",\")",
        "\"a b\":\"c\"",
    ),
    (
        "H_EXPLODE",
        "@Elements(@Explode(\"a\" + @NewLine + \"c\"; \",\"; @False; @False))",
        "1",
    ),
    (
        "H_EXPLODE",
        "@Explode([05/01/1996 - 05/03/1996])",
        "\"05/01/1996\":\"05/02/1996\":\"05/03/1996\"",
    ),
    (
        "H_IMPLODE",
        "@Implode(\"Minneapolis\":\"Detroit\")",
        "\"Minneapolis Detroit\"",
    ),
    (
        "H_IMPLODE",
        "@Implode(\"a\":\"b\":\"c\"; \", \")",
        "\"a, b, c\"",
    ),
    (
        "H_UNIQUE",
        "@Unique(\"red\":\"green\":\"red\":\"Red\")",
        "\"red\":\"green\":\"Red\"",
    ),
    ("H_SUBSET", "@Subset(\"a\":\"b\":\"c\"; 2)", "\"a\":\"b\""),
    ("H_SUBSET", "@Subset(\"a\":\"b\":\"c\"; -2)", "\"b\":\"c\""),
    ("H_SUBSET", "@Subset(\"a\":\"b\"; 9)", "\"a\":\"b\""),
    ("H_SUBSET", "@Subset(\"a\":\"b\"; 0)", "@Error"),
    (
        "H_MEMBER",
        "@Member(\"Sales\"; \"Finance\":\"Service\")",
        "0",
    ),
    ("H_MEMBER", "@Member(\"b\"; \"a\":\"b\")", "2"),
    (
        "H_ISMEMBER",
        "@IsMember(\"computer\"; \"printer\":\"computer\")",
        "1",
    ),
    (
        "H_ISMEMBER",
        "@IsMember(\"computer\":\"Notes\"; \"Notes\":\"printer\")",
        "0",
    ),
    (
        "H_ISMEMBER",
        "@IsMember(\"Computer\"; \"printer\":\"computer\")",
        "0",
    ),
    (
        "H_ISNOTMEMBER",
        "@IsNotMember(\"computer\"; \"printer\":\"computer\")",
        "0",
    ),
    (
        "H_ISNOTMEMBER",
        "@IsNotMember(\"a\":\"b\"; \"b\":\"c\")",
        "0",
    ),
    (
        "H_ISNOTMEMBER",
        "@IsNotMember(\"a\":\"b\"; \"c\":\"d\")",
        "1",
    ),
    (
        "H_KEYWORDS",
        "@Keywords(\"The red car\"; \"red\":\"blue\":\"ca\")",
        "\"red\"",
    ),
    ("H_SORT", "@Sort(\"b\":\"c\":\"a\")", "\"a\":\"b\":\"c\""),
    (
        "H_SORT",
        "@Sort(\"CAT\":\"dog\":\"Cat\":\"-\":\"cat\":\"'\":\"9\")",
        "\"9\":\"cat\":\"Cat\":\"CAT\":\"dog\":\"'\":\"-\"",
    ),
    ("H_SORT", "@Sort(3:1:2; [DESCENDING])", "3:2:1"),
    ("H_SORT", "@Sort(3:1:2; [ASCENDING]:[DESCENDING])", "3:2:1"),
    (
        "H_SORT",
        "@Sort(\"bbb\":\"a\":\"cc\"; [CUSTOMSORT]; @Length($A) > @Length($B))",
        "\"a\":\"cc\":\"bbb\"",
    ),
    (
        "H_SORT",
        "@Sort([01/02/2025]:[01/01/2025])",
        "[01/01/2025]:[01/02/2025]",
    ),
    ("H_TRANSFORM", "@Transform(1:2:3; \"x\"; x * x)", "1:4:9"),
    (
        "H_TRANSFORM",
        "@Transform(1:2:3; \"x\"; @If(x = 2; @Nothing; x))",
        "1:3",
    ),
    (
        "H_NOTHING",
        "@Transform(\"a\":\"b\"; \"e\"; @If(e = \"a\"; @Nothing; e + e))",
        "\"bb\"",
    ),
    ("H_SELECT_AT", "@Select(2; \"a\"; \"b\"; \"c\")", "\"b\""),
    ("H_SELECT_AT", "@Select(9; \"a\"; \"b\"; \"c\")", "\"c\""),
    // Numbers
    ("H_ABS", "@Abs((-2):3:(-4))", "2:3:4"),
    ("H_INTEGER", "@Integer(123.001 : (-1.9))", "123 : (-1)"),
    ("H_MAX", "@Max(1; 3)", "3"),
    ("H_MAX", "@Max(99:2:3; 5:6:7:8)", "99:6:7:8"),
    (
        "H_MAX",
        "@Max((-2.6):45:(-25); (-2):(-50):54)",
        "(-2):45:54",
    ),
    ("H_MAX", "@Max(99 : 2 : 3)", "99"),
    ("H_MIN", "@Min(35 : 100; 45 : 10)", "35 : 10"),
    ("H_MIN", "@Min(5 : 2 : 3)", "2"),
    ("H_MODULO", "@Modulo(4; 3)", "1"),
    ("H_MODULO", "@Modulo((-14); 3)", "-2"),
    (
        "H_MODULO",
        "@Modulo((-4):6:8:(-9); 3:4:5:6)",
        "(-1):2:3:(-3)",
    ),
    ("H_MODULO", "@Modulo(5 : 7; 4)", "1 : 3"),
    ("H_MODULO", "@Modulo(5; 0)", "@Error"),
    ("H_ROUND", "@Round(2.499)", "2"),
    ("H_ROUND", "@Round(2.5)", "3"),
    ("H_ROUND", "@Round(1.5)", "2"),
    ("H_ROUND", "@Round(12338; 10)", "12340"),
    ("H_ROUND", "@Round(1.333:2.897654:3.1:4)", "1:3:3:4"),
    (
        "H_ROUND",
        "@Round(4505:45005:450005; 10)",
        "4510:45010:450010",
    ),
    ("H_ROUND", "@Round(3.142857; 0.001)", "3.143"),
    ("H_POWER", "@Power(2; 5)", "32"),
    ("H_POWER", "@Power(2 : 3; 2)", "4 : 9"),
    ("H_SQRT", "@Sqrt(16 : 4)", "4 : 2"),
    ("H_SIGN", "@Sign((-20) : 0 : 5)", "(-1) : 0 : 1"),
    ("H_SUM", "@Sum(1 : 2; 3)", "6"),
    ("H_PI", "@Round(@Pi; 0.0001)", "3.1416"),
    ("H_LOG", "@Log(10)", "1"),
    ("H_LN", "@Ln(1)", "0"),
    ("H_EXP", "@Exp(0)", "1"),
    ("H_SIN", "@Sin(0)", "0"),
    ("H_COS", "@Cos(0)", "1"),
    ("H_TAN", "@Tan(0)", "0"),
    ("H_RANDOM", "r := @Random; r >= 0 & r <= 1", "1"),
    // Control
    ("H_IF", "@If(1; \"a\"; \"b\")", "\"a\""),
    ("H_IF", "@If(0; \"a\"; 1; \"b\"; \"c\")", "\"b\""),
    ("H_IF", "@If(0; \"a\"; 0; \"b\"; \"c\")", "\"c\""),
    ("H_IF", "@If(1; \"a\"; @Error)", "\"a\""),
    ("H_DO", "@Do(x := 1; x := x + 1; x)", "2"),
    (
        "H_RETURN",
        "@If(1; @Return(\"early\"); \"\"); \"late\"",
        "\"early\"",
    ),
    (
        "H_WHILE_FUNCTION",
        "n := 1; @While(n <= 4; n := n + 1); n",
        "5",
    ),
    (
        "H_DOWHILE_FUNCTION",
        "n := 9; @DoWhile(n := n + 1; n < 3); n",
        "10",
    ),
    (
        "H_FOR_FUNCTION",
        "s := 0; @For(n := 1; n <= 4; n := n + 1; s := s + n); s",
        "10",
    ),
    ("H_ISERROR", "@IsError(1 / 0)", "1"),
    ("H_ISERROR", "@IsError(@TextToNumber(\"x\"))", "1"),
    ("H_ISERROR", "@IsError(5)", "0"),
    ("H_IFERROR_FUNCTION", "@IfError(1 / 0; \"no\")", "\"no\""),
    ("H_IFERROR_FUNCTION", "@IfError(1 / 0)", "\"\""),
    ("H_IFERROR_FUNCTION", "@IfError(7; \"no\")", "7"),
    ("H_SUCCESS", "@Success", "1"),
    ("H_TRUE", "@True : @Yes", "1 : 1"),
    ("H_FALSE", "@False : @No", "0 : 0"),
    ("H_ALL", "SELECT @All", "1"),
    ("H_ISTEXT", "@IsText(\"a\") : @IsText(1)", "1 : 0"),
    ("H_ISNUMBER", "@IsNumber(1 : 2) : @IsNumber(\"1\")", "1 : 0"),
    ("H_ISTIME", "@IsTime(@Now) : @IsTime(1)", "1 : 0"),
    (
        "H_ISAVAILABLE",
        "@IsAvailable(Subject) : @IsAvailable(Nowhere)",
        "1 : 0",
    ),
    (
        "H_ISUNAVAILABLE",
        "@IsUnavailable(Subject) : @IsUnavailable(Nowhere)",
        "0 : 1",
    ),
    (
        "H_DELETEFIELD",
        "FIELD Subject := @DeleteField; @IsAvailable(Subject)",
        "0",
    ),
    (
        "H_UNAVAILABLE",
        "FIELD Subject := @Unavailable; @IsAvailable(Subject)",
        "0",
    ),
    (
        "H_SETFIELD",
        "@SetField(\"Subject\"; \"x\"); @GetField(\"Subject\")",
        "\"x\"",
    ),
    ("H_SET", "x := 1; @Set(\"x\"; 2); x", "2"),
    ("H_EVAL", "@Eval(\"1 + 1\")", "2"),
    ("H_EVAL", "@Eval(\"1 + 1\" : \"3\")", "3"),
    ("H_EVAL", "@Eval(\"1 / 0\" : \"3\")", "@Error"),
    (
        "H_CHECKFORMULASYNTAX",
        "@CheckFormulaSyntax(\"1 + 1\")",
        "\"1\"",
    ),
    (
        "H_CHECKFORMULASYNTAX",
        "@Elements(@CheckFormulaSyntax(\"1 +\"))",
        "6",
    ),
    (
        "H_SETPROFILEFIELD",
        "@SetProfileField(\"P\"; \"F\"; \"v\"); @GetProfileField(\"p\"; \"f\")",
        "\"v\"",
    ),
    // Names
    (
        "H_NAME",
        "@Name([CN]; \"CN=Mary Tsen/OU=East/O=Acme/C=US\")",
        "\"Mary Tsen\"",
    ),
    (
        "H_NAME",
        "@Name([ABBREVIATE]; \"CN=Mary Tsen/OU=East/O=Acme/C=US\")",
        "\"Mary Tsen/East/Acme/US\"",
    ),
    (
        "H_NAME",
        "@Name([CANONICALIZE]; \"Mary Tsen/East/Acme/US\")",
        "\"CN=Mary Tsen/OU=East/O=Acme/C=US\"",
    ),
    (
        "H_NAME",
        "@Name([CANONICALIZE]; \"Mary Tsen\")",
        "\"CN=Mary Tsen/OU=Sales/O=Acme\"",
    ),
    (
        "H_NAME",
        "@Name([O]; \"CN=Mary Tsen/OU=East/O=Acme\")",
        "\"Acme\"",
    ),
    (
        "H_NAME",
        "@Name([OU1]; \"CN=M/OU=Sales/OU=East/O=Acme\")",
        "\"East\"",
    ),
    (
        "H_NAME",
        "@Name([OU2]; \"CN=M/OU=Sales/OU=East/O=Acme\")",
        "\"Sales\"",
    ),
    ("H_NAME", "@Name([C]; \"CN=M/O=Acme/C=US\")", "\"US\""),
    (
        "H_NAME",
        "@Name([HIERARCHYONLY]; \"CN=M/OU=East/O=Acme\")",
        "\"East/Acme\"",
    ),
    (
        "H_NAME",
        "@Name([TOKEYWORD]; \"CN=M/OU=East/O=Acme\")",
        "\"Acme\\\\East\"",
    ),
    (
        "H_NAME",
        "@Name([ADDRESS821]; {\"Mary Tsen\" <mt@acme.com>})",
        "\"mt@acme.com\"",
    ),
    ("H_NAME", "@Name([CN]; \"mt@acme.com\")", "\"mt\""),
    (
        "H_NAME",
        "@Name([CN]; {\"Mary Tsen\" <mt@acme.com>})",
        "\"Mary Tsen\"",
    ),
    ("H_NAME", "@Name([LP]; \"mt@acme.com\")", "\"mt\""),
    ("H_NAME", "@Name([S]; \"CN=M/S=Tsen/O=Acme\")", "\"Tsen\""),
    ("H_SELECT", "SELECT Nowhere > 1995", "0"),
    (
        "H_DEFAULT",
        "DEFAULT Other := 1; DEFAULT Other := 2; Other",
        "1",
    ),
    (
        "H_TRANSFORM",
        "@Transform(4 : (-4) : 16; \"x\"; @If(x >= 0; @Sqrt(x); -@Sqrt(@Abs(x))))",
        "2 : (-2) : 4",
    ),
    (
        "H_TRANSFORM",
        "@Transform(1:2; \"x\"; x : (x * 10))",
        "1:10:2:20",
    ),
    (
        "H_TRANSFORM",
        "@Transform(1:2; \"x\"; @If(x = 2; \"a\"; 1))",
        "@Error",
    ),
    (
        "H_TRANSFORM",
        "@If(Nowhere = @Nothing; \"null\"; \"some\")",
        "\"null\"",
    ),
    ("H_EVAL", "x := \"re\"; @Eval({x + \"bar\"})", "\"rebar\""),
    (
        "H_CHECKFORMULASYNTAX",
        "@CheckFormulaSyntax({1 +\n  'x'})[2]",
        "\"2\"",
    ),
    (
        "H_CHECKFORMULASYNTAX",
        "@CheckFormulaSyntax({1 +\n  'x'})[3]",
        "\"3\"",
    ),
    (
        "H_CHECKFORMULASYNTAX",
        "@CheckFormulaSyntax({1 +\n  'x'})[4]",
        "\"7\"",
    ),
    ("H_FLOATEQ", "@FloatEq(1; 1.00001)", "1"),
    ("H_FLOATEQ", "@FloatEq(1; 1.5 : 1.005; 0.01)", "1"),
    ("H_FLOATEQ", "@FloatEq(1; 1.25; 0.25)", "0"),
    ("H_WHILE_FUNCTION", "n := 0; @While(n < 3; n := n + 1)", "1"),
    ("H_WHILE_FUNCTION", "@While(\"x\"; 1)", "@Error"),
    ("H_ERROR", "@UpperCase(@Error)", "@Error"),
    ("H_ERROR", "@Error + 1", "@Error"),
    (
        "H_WORD",
        "@Word(\"Larson, Collins, and Jensen\"; \" \"; 2)",
        "\"Collins,\"",
    ),
    ("H_WORD", "@Word(\"a~b\"; \"~\"; 0)", "\"a\""),
    ("H_WORD", "@Word(\"a~b\"; \"~\"; -3)", "\"\""),
    ("H_EXAMPLES_USING_KEYWORDS", "REM {a}; REM; 5", "5"),
    (
        "H_EXAMPLES_USING_KEYWORDS",
        "DEFAULT KeyThought := Subject; KeyThought",
        "\"Hello\"",
    ),
    (
        "H_EXAMPLES_USING_KEYWORDS",
        "ENVIRONMENT OrderNumber := @Text(7); @Environment(\"OrderNumber\")",
        "\"7\"",
    ),
    (
        "H_IFERROR_FUNCTION",
        "@Contains(@IfError(\"a\" + 1; @Text($Error)); \"Incorrect data type\")",
        "1",
    ),
    ("H_SELECT_AT", "@Select(2; 1:2; 3:4; 5)", "3:4"),
    (
        "H_IF",
        "@If(Nowhere > 1995; \"late\"; \"early\")",
        "\"early\"",
    ),
    ("H_V2IF", "@V2If(0; 1; 1; 2; 3)", "2"),
    (
        "H_KEYWORDS",
        "@Keywords(\"The red car\"; \"red\":\"blue\":\"ca\"; \"\")",
        "\"red\":\"ca\"",
    ),
    (
        "H_KEYWORDS",
        "@Keywords(\"a-b c\"; \"a\":\"c\"; \"-\")",
        "\"a\"",
    ),
    (
        "H_PROPERCASE",
        "@ProperCase(\"3-digit o'brien CODE\")",
        "\"3-Digit O'brien Code\"",
    ),
    (
        "H_SYNTAX",
        "o := [CN]; @Name(o; \"CN=Ann/O=Acme\")",
        "\"Ann\"",
    ),
    ("H_GENERAL_SYNTAX_RULES", "X := 1; x+X", "2"),
    (
        "H_IFERROR_FUNCTION",
        "@Contains(@IfError(\"a\" + 1; @Text($Error)); \"Incorrect data type\")",
        "1",
    ),
    ("H_SELECT_AT", "@Select(2; 1:2; 3:4; 5)", "3:4"),
];

#[test]
fn formulas_come_to_what_is_documented() {
    assert!(AS_DOCUMENTED.len() >= 200);
    let mut wrong = Vec::new();
    for (page, formula, expected) in AS_DOCUMENTED {
        let got = value(formula);
        let is_right = match *expected {
            "@Error" => got.as_fault().is_some(),
            expected => got == value(expected),
        };
        if !is_right {
            wrong.push(format!("[{page}] {formula} is {got:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrong_types_are_refused_in_the_words_of_notes() {
    for (formula, expected) in [
        ("\"a\" + 1", "Text"),
        ("1 + \"a\"", "Number"),
        ("[01/01/2025] - \"a\"", "Time/Date"),
        ("@UpperCase(5)", "Text"),
        ("@Abs(\"x\")", "Number"),
        ("@Year(\"x\")", "Time/Date"),
        ("@If(\"x\"; 1; 2)", "Number"),
        ("\"a\" < 1", "Text"),
        ("!\"a\"", "Number"),
    ] {
        let got = value(formula);
        let said = got.as_fault().map(|fault| fault.message.as_str());
        let wanted = format!("Incorrect data type for operator or @Function: {expected} expected");
        assert_eq!(said, Some(wanted.as_str()), "{formula}");
    }
}

#[test]
fn values_of_two_types_differ_and_a_missing_field_is_the_empty_text() {
    for formula in [
        "1 != \"1\"",
        "Nowhere = \"\"",
        "!(Amount = \"\")",
        "@Elements(Nowhere) = 0",
    ] {
        assert_eq!(value(formula), Value::number(1.0), "{formula}");
    }
}

#[test]
fn an_error_travels_and_a_failure_is_none_to_iserror() {
    let fault = |source: &str| value(source).as_fault().map(|fault| fault.kind);
    assert_eq!(
        fault("@UpperCase(@Left(@Error; 2)) + \"x\""),
        Some(FaultKind::Error)
    );
    assert_eq!(fault("@Failure(\"no\")"), Some(FaultKind::Failure));
    assert_eq!(value("@IsError(@Failure(\"no\"))"), Value::number(0.0));
    // What is assigned is not lost, and what is not looked at does no harm.
    assert_eq!(value("x := 1 / 0; 5"), Value::number(5.0));
    assert_eq!(value("x := 1 / 0; @IsError(x)"), Value::number(1.0));
}

#[test]
fn select_says_which_documents() {
    for (formula, selected) in [
        ("SELECT Subject = \"Hello\"", Some(true)),
        ("SELECT Subject = \"Bye\"; 1", Some(false)),
        ("Subject", None),
        ("SELECT 1; SELECT 0", Some(false)),
    ] {
        let outcome = run_on(&mut host(), formula).unwrap();
        assert_eq!(outcome.selection, selected, "{formula}");
    }
}

#[test]
fn a_variable_hides_a_field_until_that_is_set() {
    let mut host = host();
    let outcome = run_on(
        &mut host,
        "subject := \"mine\"; a := Subject; FIELD SUBJECT := \"new\"; a + \"/\" + subject",
    );
    assert_eq!(outcome.unwrap().value, Value::text("mine/new"));
    assert_eq!(host.document["subject"], Value::text("new"));
}

#[test]
fn formats_of_numbers_are_as_decided() {
    for (formula, expected) in [
        ("@Text(800; \"C\")", "$800.00"),
        ("@Text(-1234.5; \"C,\")", "-$1,234.50"),
        ("@Text(.25; \"%0\")", "25%"),
        ("@Text((-5); \"F0()\")", "(5)"),
        ("@Text(12345; \"S3\")", "1.235E+04"),
        ("@Text(2.675; \"F2\")", "2.68"),
        ("@Text(1234.5678; \"G3\")", "1230"),
        ("@Text(.000001)", "1E-06"),
        ("@Text(123456789012345678)", "1.23456789012346E+17"),
        ("@Text(-0.0001; \"F2\")", "0.00"),
        ("@Text(1234567.5; \",\")", "1,234,567.5"),
    ] {
        assert_eq!(value(formula), Value::text(expected), "{formula}");
    }
}

#[test]
fn where_the_documentation_is_silent_it_is_as_decided() {
    for (formula, expected) in [
        ("1:-2:3", "1 : (-2) : 3"),
        ("2*-1", "2 - 1"),
        ("\"a\" < \"B\"", "0"),
        ("0:1 & 1:0", "1"),
        ("!(0:1)", "0"),
        ("@If(0:1; \"some\"; \"none\")", "\"some\""),
        ("[01/01/2025] = [01/01/2025 10:00]", "1"),
        ("[01/02/2025 12:00] - [01/01/2025]", "129600"),
        ("@Middle(\"abcd\"; 1; \"x\")", "\"bcd\""),
        ("@Middle(\"abcd\"; \"x\"; 2)", "\"\""),
        ("@Left(\"abc\"; -1) + @Right(\"abc\"; -1)", "\"abcabc\""),
        ("@Length(@NewLine)", "1"),
        ("@Max(\"\" + \"\"; 1)", "@Error"),
        ("x := \"a\"; @Eval(\"x := x + \\\"b\\\"\"); x", "\"ab\""),
        ("@Transform(1:2; \"x\"; @Nothing)", "\"\""),
        ("@Sum(@Error; @While(1; 1))", "@Error"),
        ("@Replace(\"a\":\"b\"; \"a\":\"b\"; \"x\")", "\"x\":\"\""),
        ("@Unique(1:2:1)", "1:2"),
        ("@Unique([01/01/2025]:[01/01/2025])", "[01/01/2025]"),
        ("@Implode(@Keywords(\"x\"; \"y\"))", "\"\""),
        (
            "@URLDecode(\"Domino\"; @URLEncode(\"Domino\"; \"ä&+ %41\"))",
            "\"ä&+ %41\"",
        ),
        ("@Name([OU3]; \"CN=A/OU=x/O=y\")", "\"\""),
        ("@Name([CN]; \"Ann\")", "\"Ann\""),
        ("@Matches(\"a}b\"; \"a\\\\}b\")", "1"),
        ("@Matches(\"x\"; \"{abc\")", "@Error"),
    ] {
        let (got, wanted) = (value(formula), value(expected));
        let is_error = got.as_fault().is_some() && wanted.as_fault().is_some();
        assert!(
            is_error || got == wanted,
            "{formula} is {got:?}, not {expected}"
        );
    }
}
