from storage.tables import Tables


def test_a_channel_has_the_name_that_it_was_last_given_and_each_workspace_its_own(tables: Tables) -> None:
    for workspace, channel, name in [
        ("T1", "C1", "papers"),
        ("T1", "C1", "论文"),
        ("T1", "C1", ""),
        ("T2", "C1", "random"),
    ]:
        tables.channel_names.put(workspace, channel, name)

    names = [tables.channel_names.get(*at) for at in (("T1", "C1"), ("T2", "C1"), ("T1", "C2"))]
    assert names == ["论文", "random", ""]
