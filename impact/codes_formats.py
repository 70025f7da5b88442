"""The catalogue's pages of exports read by their own format: code, title, why, remedy."""

from __future__ import annotations

FORMAT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "D401",
        "Nothing says what the questions of an export are",
        "An export names its questions in its own way. Which stage a question scores cannot be told from its words.",
        "Write [data.items.NAME] for each question or activity that counts, with its stage; docs/formats.md shows how.",
    ),
    (
        "D402",
        "A mapped question or activity is not in the export",
        "A name that is mistyped, or a question that was left out of the export, would drop a stage without a word.",
        "Take the name from the list in the finding, or remove the item.",
    ),
    (
        "D403",
        "The scale of a question is not said",
        "4 is poor from 0 to 10 and good from 1 to 5. Exports do not carry the scale.",
        'Add metric = "csat" (1-5), "nps" (0-10) or "ces" (1-7) to the item, or scale_min and scale_max.',
    ),
    (
        "D404",
        "Whether high or low is good is not said",
        "On some scales 1 is the best mark. Read the wrong way round, every effect would change its sign.",
        'Set scale_direction = "high_is_good" or "low_is_good" in [data], or direction in the item.',
    ),
    (
        "D405",
        "No time zone, or an unknown one",
        "The export's times say no zone. An answer of half past midnight falls into another period in another zone.",
        'Set timezone in [data] to the zone the export was made in, by its full name such as "Europe/Berlin".',
    ),
    (
        "D406",
        "A scored question holds texts",
        "Choice texts such as `Very good` have no number of their own, and an order cannot be guessed.",
        'Add labels = { "Very good" = 5 } to the item for each text, or missing = { "N/A" = "not_visited" }.',
    ),
    (
        "D407",
        "Choices that are not mapped",
        "A choice of a question with several answers stands for a pain point only where the study says which.",
        'Add options = { "code or text" = "pain_point" } to the item, with "" for a choice that is none.',
    ),
    (
        "D408",
        "Codes for missing answers are not explained",
        "The file declares codes such as 99 as missing. Not asked, not visited and not answered mean different things.",
        'Add missing = { "99" = "not_asked" } to the item, for each code.',
    ),
    (
        "D409",
        "The file is not an export of this kind",
        "Each format is known by marks in its first rows. They are not there, so columns could only be guessed.",
        "Bring the file as it was downloaded, name another format, or read it as canonical with [data.columns.TABLE].",
    ),
    (
        "D410",
        "An export cannot be read",
        "The file is empty, too large, no text, or has rows of different widths.",
        "Export it again and bring it as it comes; programs that open and save it often change encoding and rows.",
    ),
    (
        "D411",
        "A field is not in the export",
        "The field is needed, or the study file names it.",
        "Name the field that holds it in [data.columns.TABLE], or add it to the export.",
    ),
    (
        "D412",
        "A field with personal data is named",
        "Names, e-mail and IP addresses and coordinates are never read, not even as a key.",
        "Carry the customer's id of your own books into the export, and name that field.",
    ),
    (
        "D413",
        "No row carries a customer id",
        "Answers and money of nobody in particular cannot be joined.",
        "Name the field with the id in [data.columns.TABLE] customer_id; for anonymous surveys see [data] unit.",
    ),
    (
        "D414",
        "Two questions fill one stage",
        "A response has one score a stage. Which of two questions is meant cannot be guessed.",
        "Keep one of them in [data.items], or give the other its own stage.",
    ),
    (
        "D415",
        "A status is written in words",
        "Test, preview and unfinished answers are told by numbers; words differ by language of the account.",
        "Export again with numeric values.",
    ),
    (
        "D416",
        "A format for a table it does not hold",
        "Each format fills certain tables only.",
        'Write format = { responses = "qualtrics" } with a table that the format fills.',
    ),
    (
        "D417",
        "A folder is read, not a file",
        "The export comes as several files that belong together.",
        "Put them into one folder and name the folder.",
    ),
    (
        "D418",
        "A file of the export is missing",
        "What is asked cannot be worked out without it.",
        "Export it too and put it into the same folder, under the name in the finding.",
    ),
    (
        "D419",
        "Amounts or dates of an export cannot be read, or stand twice",
        "Money that is skipped, or counted twice, would make the ledger wrong without a word.",
        "Correct the rows named, or export again.",
    ),
    (
        "D420",
        "Rows of an export set aside",
        "Test, preview and unfinished answers, drafts and the like are no experience and no money. "
        "They are counted by reason and not used.",
        "Nothing need be done where the reason is right.",
    ),
    (
        "D421",
        "Questions or activities of an export that are not read",
        "No item names them, so they were not read.",
        "Nothing need be done; to use one, add [data.items.NAME].",
    ),
    (
        "D422",
        "A blank choice counts as nothing named",
        "In an export a question that was not shown looks like one in which nothing was chosen. "
        "Counted as nothing named, pain points may look rarer than they are.",
        "Show the question to everyone who answers, or leave the pain point to operations data.",
    ),
    (
        "D423",
        "Refunds are not part of the ledger",
        "The export holds no refunds that can be tied to a customer, so revenue stands before them.",
        "Put the files of refunds and charges into the folder.",
    ),
    (
        "D424",
        "Invoice lines do not add up to their invoice",
        "The invoice's own total less tax and credit notes was taken and spread as its lines are.",
        "Check whether all lines were exported; nothing need be done where the totals are right.",
    ),
    (
        "D425",
        "An item or column does not fit its format",
        "A setting that would have no effect, or one that is missing, is more often a slip than a wish.",
        "Follow the remedy in the finding; docs/formats.md shows each format.",
    ),
)
