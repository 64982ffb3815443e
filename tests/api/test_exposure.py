def test_an_edition_tells_how_many_lie_in_which_class(edition_of, service):
    exposure = edition_of("town")["exposure"]
    assert len(exposure["by_score"]["classes"]) == len(service.legend.labels)
    lines = [*exposure["by_score"]["classes"], exposure["by_score"]["unknown"]]
    assert sum(line["buildings"] for line in lines) > 0
    assert "by_depth" not in exposure, "the tiny town has no depth of a flood"
    assert "zones" not in exposure, "in a zone of one building this would tell of that building"
