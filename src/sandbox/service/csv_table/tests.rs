use super::CsvTable;

/// A table in a few words: `2 of 3 rows`, and each error as `line column: reason`.
fn verdict(bytes: &[u8]) -> String {
    let table = CsvTable::read(bytes);
    let mut lines = vec![format!("{} of {} rows", table.rows.len(), table.rows_total)];
    lines.extend(table.errors.iter().map(|error| match &error.column {
        Some(column) => format!("{} {column}: {}", error.line, error.reason),
        None => format!("{}: {}", error.line, error.reason),
    }));
    lines.join("\n")
}

#[track_caller]
fn check(input: impl AsRef<[u8]>, expected: &str) {
    assert_eq!(verdict(input.as_ref()), expected);
}

#[test]
fn well_formed_files_are_accepted() {
    check("name,email\nAda,ada@example.org\n", "1 of 1 rows");
    check("name,email\nAda,ada@example.org", "1 of 1 rows");
    check("name,email,phone\r\nAda,ada@example.org,+44 20 7946 0000\r\n", "1 of 1 rows");
    check("\u{feff}name,email\nAda,ada@example.org\n", "1 of 1 rows");
    check("phone,EMAIL , Name\n,ada@example.org,Ada\n", "1 of 1 rows");
    check("name,email,born\nAda,ada@example.org,1815\n", "1 of 1 rows");
    check("\n\nname,email\n\nAda,ada@example.org\n\n", "1 of 1 rows");
    check("name,email\nZoë Ångström,zoë@example.org\n", "1 of 1 rows");
    check("name,email\rAda,ada@example.org\r", "1 of 1 rows");
}

#[test]
fn quoted_values_keep_what_the_quotes_protect() {
    let file =
        "name,email,phone\n\"Lovelace, \"\"Ada\"\"\",ada@example.org,\n\"Grace\nHopper\", grace@example.org ,12345\n";
    let rows = CsvTable::read(file.as_bytes()).rows;
    let seen: Vec<_> = rows.iter().map(|row| (row.line, &*row.name, &*row.email, row.phone.as_deref())).collect();
    assert_eq!(
        seen,
        [(2, "Lovelace, \"Ada\"", "ada@example.org", None), (3, "Grace\nHopper", "grace@example.org", Some("12345"))]
    );
}

#[test]
fn a_file_without_rows_is_rejected() {
    let empty = "0 of 0 rows\n1: the file is empty; a header with the columns name and email is expected";
    check("", empty);
    check("\u{feff}", empty);
    check("\r\n\r\n", empty);
    check("name,email\n", "0 of 0 rows\n1: there is no row below the header");
}

#[test]
fn a_header_that_lacks_a_column_is_rejected() {
    check(
        "name,mail\nAda,a@b.org\n",
        "0 of 0 rows\n1 email: the column is missing in the header, which has name, mail",
    );
    check(
        "Ada,ada@example.org\n",
        "0 of 0 rows\n1 name: the column is missing in the header, which has ada, ada@example.org",
    );
    check(
        "name;email\nAda;a@b.org\n",
        "0 of 0 rows\n1 name: the column is missing in the header, which has name;email; columns are to be separated by commas, not semicolons",
    );
    check("name,email,Name\n", "0 of 0 rows\n1 name: the column stands twice in the header");
    check(b"name,em\xe9il\n", "0 of 0 rows\n1: the header is not UTF-8: byte 0xE9");
    check(b"\xff\xfen\0a\0", "0 of 0 rows\n1: the file is UTF-16; save it as CSV in UTF-8");
}

#[test]
fn a_row_of_another_width_is_rejected() {
    check("name,email\nAda\n", "0 of 1 rows\n2: 2 columns expected as in the header, 1 found");
    check("name,email\nAda,a@b.org,x\nBob,b@b.org\n", "1 of 2 rows\n2: 2 columns expected as in the header, 3 found");
}

#[test]
fn a_value_that_does_not_fit_is_named_with_its_line_and_column() {
    check("name,email\n,a@b.org\n", "0 of 1 rows\n2 name: is empty");
    check("name,email\nAda,\n", "0 of 1 rows\n2 email: is empty");
    check("name,email\nAda,ada\n", "0 of 1 rows\n2 email: `ada` is not an e-mail address");
    check("name,email\nAda,ada@host\n", "0 of 1 rows\n2 email: `ada@host` is not an e-mail address");
    check("name,email\nAda,@b.org\n", "0 of 1 rows\n2 email: `@b.org` is not an e-mail address");
    check("name,email\nAda,a@b@c.org\n", "0 of 1 rows\n2 email: `a@b@c.org` is not an e-mail address");
    check("name,email\nAda,a b@c.org\n", "0 of 1 rows\n2 email: `a b@c.org` is not an e-mail address");
    check("name,email\nAda,a@c..org\n", "0 of 1 rows\n2 email: `a@c..org` is not an e-mail address");
    check("name,email,phone\nAda,a@b.org,call me\n", "0 of 1 rows\n2 phone: `call me` is not a telephone number");
    check("name,email,phone\nAda,a@b.org,123\n", "0 of 1 rows\n2 phone: `123` is not a telephone number");
    check(b"name,email\nZo\xeb,zoe@b.org\n", "0 of 1 rows\n2 name: is not UTF-8: byte 0xEB");
    check(format!("name,email\n{},a@b.org\n", "x".repeat(255)), "0 of 1 rows\n2 name: has 255 characters; 254 fit");
}

#[test]
fn all_that_is_wrong_with_a_row_is_said_at_once() {
    check(
        "name,email,phone\n,nobody,?\n",
        "0 of 1 rows\n2 name: is empty\n2 email: `nobody` is not an e-mail address\n2 phone: `?` is not a telephone number",
    );
}

#[test]
fn an_address_may_stand_once_whatever_its_case() {
    check(
        "name,email\nAda,ada@b.org\nBob,bob@b.org\nAda,ADA@b.org\n",
        "2 of 3 rows\n4 email: `ADA@b.org` stands on line 2 already",
    );
}

#[test]
fn an_open_quotation_mark_is_named_where_it_stands() {
    check(
        "name,email\nAda,ada@b.org\n\"Bob,bob@b.org\nEve,eve@b.org\n",
        "1 of 2 rows\n3: a quotation mark is opened and not closed",
    );
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    check(
        "name,email\r\n\r\n\r\nAda,ada\r\n\"B\r\nob\",bob\r\n",
        "0 of 2 rows\n4 email: `ada` is not an e-mail address\n5 email: `bob` is not an e-mail address",
    );
    check("\n\n\u{20}name,email\n\nAda,x\n", "0 of 1 rows\n5 email: `x` is not an e-mail address");
    check(
        "name,email\rAda,x\r\rBob,y\r",
        "0 of 2 rows\n2 email: `x` is not an e-mail address\n4 email: `y` is not an e-mail address",
    );
    check("\u{feff}name,email\nAda,x\n", "0 of 1 rows\n2 email: `x` is not an e-mail address");
}

#[test]
fn many_errors_are_counted_and_the_first_kept() {
    let mut file = "name,email\n".to_owned();
    file.extend(std::iter::repeat_n("Ada,x\n", 120));
    let table = CsvTable::read(file.as_bytes());
    assert_eq!((table.errors_total, table.errors.len(), table.rows_total), (120, 50, 120));
    assert!(!table.is_accepted());
}

#[test]
fn the_fixtures_are_what_the_scenarios_take_them_for() {
    check(include_bytes!("../../../../fixtures/contacts.csv"), "5 of 5 rows");
    check(include_bytes!("../../../../fixtures/contacts-bom.csv"), "5 of 5 rows");
    check(include_bytes!("../../../../fixtures/ten-thousand.csv"), "10000 of 10000 rows");
    check(include_bytes!("../../../../fixtures/header-only.csv"), "0 of 0 rows\n1: there is no row below the header");
    assert!(include_bytes!("../../../../fixtures/empty.csv").is_empty());
    check(
        include_bytes!("../../../../fixtures/missing-column.csv"),
        "0 of 0 rows\n1 email: the column is missing in the header, which has name, phone",
    );
    check(include_bytes!("../../../../fixtures/non-utf8.csv"), "1 of 2 rows\n3 name: is not UTF-8: byte 0xEB");
    check(
        include_bytes!("../../../../fixtures/invalid.csv"),
        concat!(
            "1 of 6 rows\n",
            "3 email: `grace at example.org` is not an e-mail address\n",
            "4: 3 columns expected as in the header, 2 found\n",
            "5 name: is empty\n",
            "6 email: `ADA@example.org` stands on line 2 already\n",
            "7 phone: `ask her` is not a telephone number",
        ),
    );
}

proptest::proptest! {
    #[test]
    fn whatever_the_bytes_the_reader_comes_through(bytes: Vec<u8>) {
        CsvTable::read(&bytes);
        CsvTable::read(&[b"name,email\n".as_slice(), &bytes].concat());
    }

    #[test]
    fn what_was_written_is_read_again(names in proptest::collection::vec("[ -~\n]{0,20}[a-z\",]", 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["name", "email"]).unwrap();
        for (number, name) in names.iter().enumerate() {
            writer.write_record([name.as_str(), &format!("p{number}@example.org")]).unwrap();
        }
        let table = CsvTable::read(&writer.into_inner().unwrap());
        let read: Vec<_> = table.rows.iter().map(|row| row.name.as_str()).collect();
        let written: Vec<_> = names.iter().map(|name| name.trim()).collect();
        proptest::prop_assert_eq!(read, written);
    }
}
