//! Keywords and commands that the checker knows.

/// What `@Prompt` can be. [H_PROMPT]
pub(super) const PROMPTS: &[&str] = &[
    "CHOOSEDATABASE",
    "LOCALBROWSE",
    "NOSORT",
    "OK",
    "OKCANCELCOMBO",
    "OKCANCELEDIT",
    "OKCANCELEDITCOMBO",
    "OKCANCELLIST",
    "OKCANCELLISTMULT",
    "PASSWORD",
    "YESNO",
    "YESNOCANCEL",
];

/// What `@Sort` can be told. [H_SORT]
pub(super) const ORDERS: &[&str] = &[
    "ACCENTINSENSITIVE",
    "ACCENTSENSITIVE",
    "ASCENDING",
    "CASEINSENSITIVE",
    "CASESENSITIVE",
    "CUSTOMSORT",
    "DESCENDING",
    "PITCHINSENSITIVE",
    "PITCHSENSITIVE",
];

/// Commands that forms and views use most; not all that there are.
#[rustfmt::skip]
pub(super) const COMMANDS: &[&str] = &[
    "AddBookmark", "AddDatabase", "AddressBook", "AdminOpenServerLog", "AgentRun", "AttachmentDetachAll", "AttachmentLaunch",
    "AttachmentView", "CalendarFormat", "CalendarGoTo", "ChooseFolders", "Clear", "CloseWindow", "Compose", "ComposeWithReference",
    "CreateAgent", "CreateFolder", "CreateForm", "CreateView", "DebugLotusScript", "DialingRules", "EditBottom", "EditClear", "EditCopy",
    "EditCut", "EditDeselectAll", "EditDetach", "EditDocument", "EditFind", "EditFindInPreview", "EditFindNext", "EditGotoField",
    "EditInsertButton", "EditInsertFileAttachment", "EditInsertObject", "EditInsertTable", "EditInsertText", "EditLeft", "EditLocations",
    "EditMakeDocLink", "EditNextField", "EditOpenLink", "EditPaste", "EditPrevField", "EditProfile", "EditProfileDocument",
    "EditQuoteSelection", "EditRight", "EditSelectAll", "EditSelectByDate", "EditTop", "EditUndo", "EditUp", "EmptyTrash",
    "ExchangeUnreadMarks", "Execute", "ExitNotes", "FileCloseWindow", "FileDatabaseACL", "FileDatabaseCopy", "FileDatabaseDelete",
    "FileDatabaseInfo", "FileDatabaseUseServer", "FileExit", "FileExport", "FileImport", "FileNewDatabase", "FileNewReplica",
    "FileOpenDatabase", "FileOpenDBRepID", "FilePageSetup", "FilePrint", "FilePrintSetup", "FileSave", "FileSaveNewVersion",
    "FindFreeTimeDialog", "Folder", "FolderCustomize", "FolderDocuments", "FolderExpand", "FolderExpandAll", "FolderExpandWithChildren",
    "FolderCollapse", "FolderMove", "FolderRename", "FormActions", "FormTestDocument", "GoUpLevel", "HelpAboutDatabase", "HelpAboutNotes",
    "HelpFunctions", "HelpIndex", "HelpKeyboard", "HelpMessages", "HelpTableOfContents", "HelpUsingDatabase", "InsertSubform", "LookUpWord",
    "MailAddress", "MailComposeMemo", "MailForward", "MailForwardAsAttachment", "MailOpen", "MailRequestCrossCert", "MailScanUnread",
    "MailSend", "MailSendCertificateRequest", "MoveToTrash", "NavigateNext", "NavigateNextHighlight", "NavigateNextMain",
    "NavigateNextSelected", "NavigateNextUnread", "NavigatePrev", "NavigatePrevMain", "NavigatePrevSelected", "NavigatePrevUnread",
    "NavigateToBackLink", "NavNext", "NavNextMain", "NavNextSelected", "NavNextUnread", "NavPrev", "NavPrevMain", "NavPrevSelected",
    "NavPrevUnread", "ObjectDisplayAs", "ObjectOpen", "ObjectProperties", "OpenCalendar", "OpenDocument", "OpenFrameset",
    "OpenHelpDocument", "OpenInNewWindow", "OpenNavigator", "OpenPage", "OpenView", "PasteBitmapAsBackground", "PasteBitmapAsObject",
    "PictureProperties", "Refresh", "RefreshFrame", "RefreshHideFormulas", "RefreshParentNote", "RefreshWindow", "ReloadWindow",
    "RemoveFromFolder", "RenameDatabase", "Replicator", "ReplicatorStart", "ReplicatorStop", "RunAgent", "RunScheduledAgents",
    "SectionCollapse", "SectionCollapseAll", "SectionDefineEditors", "SectionExpand", "SectionExpandAll", "SectionProperties",
    "SectionRemoveHeader", "SetCurrentLocation", "ShowHidePreviewPane", "ShowProperties", "StyleCycleKey", "SwitchForm", "SwitchView",
    "TextAlignCenter", "TextBold", "TextItalic", "TextNormal", "TextUnderline", "ToolsCall", "ToolsCategorize", "ToolsHangUp",
    "ToolsMarkAllRead", "ToolsMarkAllUnread", "ToolsMarkSelectedRead", "ToolsMarkSelectedUnread", "ToolsRefreshAllDocs",
    "ToolsRefreshSelectedDocs", "ToolsReplicate", "ToolsRunBackgroundMacros", "ToolsRunMacro", "ToolsScanUnreadChoose",
    "ToolsSetupLocation", "ToolsSetupMail", "ToolsSetupPorts", "ToolsSetupUserSetup", "ToolsSmartIcons", "ToolsSpellCheck",
    "ToolsUserLogoff", "UserIDInfo", "ViewArrangeIcons", "ViewBesideFolders", "ViewBelowFolders", "ViewCategorize", "ViewCertify",
    "ViewChange", "ViewCollapse", "ViewCollapseAll", "ViewExpand", "ViewExpandAll", "ViewExpandWithChildren", "ViewHorizScrollbar",
    "ViewNavigatorsFolders", "ViewNavigatorsNone", "ViewOnBottom", "ViewRefreshFields", "ViewRefreshUnread", "ViewRenamePerson",
    "ViewShowFieldHelp", "ViewShowObject", "ViewShowOnlyCategories", "ViewShowOnlySearchResults", "ViewShowOnlySelected",
    "ViewShowOnlyUnread", "ViewShowPageBreaks", "ViewShowRuler", "ViewShowSearchBar", "ViewShowServerNames", "ViewShowUnread",
    "ViewSwitchForm", "WindowCascade", "WindowMaximize", "WindowMaximizeAll", "WindowMinimize", "WindowMinimizeAll", "WindowNext",
    "WindowPrevious", "WindowRestore", "WindowTile", "WindowWorkspace", "Zoom", "ZoomPreview",
];
