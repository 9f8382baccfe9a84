//! An export that broke off, and who may go on with it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::strangers::server_of_pages;
use super::{Ran, ran};
use crate::support::service::usersvc;

/// A page of users, as the service answers.
fn page(ids: &[u64], next: Value) -> String {
    let user = |id: &u64| json!({ "id": id, "name": "A", "email": "a@b.org", "created_at": "2024-01-15T10:30:00Z" });
    json!({ "users": ids.iter().map(user).collect::<Vec<_>>(), "next": next }).to_string()
}

fn export(home: &Path, url: &str, words: &[&str]) -> Ran {
    let mut command = usersvc(home);
    command.args(["--via", "api", "--server", url, "user", "export"]).args(words).current_dir(home);
    ran(&mut command)
}

#[test]
fn an_export_that_broke_off_goes_on_where_it_ended() {
    let home = tempfile::tempdir().unwrap();
    for file in ["a.ndjson", "a.json", "a.csv"] {
        // A page may be empty, where many ids are nobody's.
        let pages =
            [Some(page(&[], json!(1))), None, Some(page(&[2, 3], json!(3))), None, Some(page(&[4], Value::Null))];
        let (url, asked) = server_of_pages(pages.into());
        for _ in 0..2 {
            let told = export(home.path(), &url, &[file]).expect(7);
            assert!(told.err.contains("the same command goes on where this one ended"), "{told:#?}");
            assert!(!home.path().join(file).exists(), "what is not whole does not look so");
        }
        let told = export(home.path(), &url, &[file]).expect(0);
        assert!(told.err.contains("note: going on after user 3"), "{told:#?}");
        assert!(told.err.contains(&format!("note: 3 users exported to {file}")), "{told:#?}");
        let last = asked.try_iter().last().unwrap();
        assert!(last.starts_with("GET /users?after=3&"), "{last}");
        let mut dry = usersvc(home.path());
        let checked = ran(dry.args(["user", "import", file, "--dry-run"]).current_dir(home.path())).expect(0);
        assert_eq!(checked.out, "3 users would be created\n");
    }
    let left = fs::read_dir(home.path()).unwrap().count();
    assert_eq!(left, 3, "nothing else is left");
}

#[test]
fn an_export_goes_on_with_none_but_its_own_half() {
    let home = tempfile::tempdir().unwrap();
    let part = home.path().join("a.csv.part");
    let (url, _asked) = server_of_pages(vec![Some(page(&[1, 2], json!(2))), None, Some(page(&[3], Value::Null))]);
    export(home.path(), &url, &["a.csv"]).expect(7);
    let half = fs::read_to_string(&part).unwrap();
    let (other, asked_of_other) = server_of_pages(vec![Some(page(&[7], Value::Null))]);
    for (url, words, why) in [
        (&other, &["a.csv"][..], format!("it holds users of {url}, not of {other}")),
        (&url, &["a.csv", "--format", "json"], "it is csv, not json".to_owned()),
        (&url, &["a.csv", "--after", "1"], "it begins after user 0, not after user 1".to_owned()),
    ] {
        let told = export(home.path(), url, words).expect(5);
        assert_eq!(told.sentence(), "the export cannot go on in the file a.csv.part");
        assert!(told.err.contains(&format!("cause: {why}")) && told.err.contains("rm a.csv.part "), "{told:#?}");
        assert_eq!(fs::read_to_string(&part).unwrap(), half, "it was left as it is");
    }
    assert_eq!(asked_of_other.try_iter().count(), 0);
    fs::write(&part, &half[..half.len() - 1]).unwrap();
    assert!(export(home.path(), &url, &["a.csv"]).expect(5).err.contains("shorter than its mark says"));
    fs::write(&part, &half).unwrap();
    export(home.path(), &url, &["a.csv"]).expect(0);
    fs::write(home.path().join("b.csv.part"), "somebody's").unwrap();
    export(home.path(), &other, &["b.csv"]).expect(5);
    assert_eq!(fs::read_to_string(home.path().join("b.csv.part")).unwrap(), "somebody's");
    fs::remove_file(home.path().join("b.csv.part")).unwrap();
    export(home.path(), &other, &["b.csv"]).expect(0);
}

#[test]
fn the_rest_of_an_export_to_stdout_can_be_appended() {
    let home = tempfile::tempdir().unwrap();
    for (words, pages, rest) in [
        (&["-"][..], vec![Some(page(&[1, 2], json!(2)))], "usersvc user export --after 2    for the rest"),
        (&["--format", "csv"], vec![Some(page(&[1], json!(1)))], "--after 1 --format csv | tail -n +2    for the rest"),
        (&["--format", "csv"], vec![], "--after 0 --format csv    for the rest"),
        (&["-o", "json"], vec![Some(page(&[1], json!(1)))], "--after 1 --format json for the rest"),
    ] {
        let (url, _asked) = server_of_pages(pages);
        let told = export(home.path(), &url, words).expect(7);
        assert!(told.err.contains(rest), "{told:#?}");
    }
}
