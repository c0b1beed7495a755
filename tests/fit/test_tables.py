"""Tables as people have them: column names, long and wide, comments, commas; what must not be pooled is named.

Nothing here is a statistical test: it is about which numbers end up in which group.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.datafiles import Grouped, Layout, Means, Samples, read_groups

DATA = Path(__file__).with_name("data")


def _write(folder: Path, text: str | bytes, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _read(folder: Path, text: str | bytes, name: str = "x.csv", **layout: object) -> Grouped:
    return read_groups([_write(folder, text, name)], Layout(**layout))  # type: ignore[arg-type]


def _cells(found: Grouped) -> dict[str, dict[int, list[float]]]:
    """{label: {width: values}}."""
    return {
        group.label: {cell[0]: values.tolist() for cell, values in group.data.cells.items()}
        for group in found.groups
        if isinstance(group.data, Samples)
    }


def _refused(folder: Path, text: str | bytes, name: str = "x.csv", **layout: object) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is returned
        _read(folder, text, name, **layout)
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    return sentence


@pytest.mark.parametrize(
    "header", ["width,value", "Width,Value", "d_model,loss", "n_embd,x", "hidden_size,norm", "N_Embd,value", "n,value"]
)
def test_names_that_people_use_are_recognised(tmp_path: Path, header: str) -> None:
    assert _cells(_read(tmp_path, f"{header}\n8,1.5\n8,2.5\n16,3\n")) == {"": {8: [1.5, 2.5], 16: [3.0]}}


def test_names_that_are_given_come_first(tmp_path: Path) -> None:
    text = "width,value,d,loss\n1,2,30,40\n1,2,50,60\n"
    assert _cells(_read(tmp_path, text, width=("d",), values=("loss",))) == {"": {30: [40.0], 50: [60.0]}}


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        ({"width": ("Widht",)}, "there is no column 'Widht' for --width; did you mean 'width'?"),
        ({"values": ("VALUE",)}, "there is no column 'VALUE' for --value; did you mean 'value'?"),
        ({"by": ("colour",)}, "there is no column 'colour' for --by; the columns are 'width', 'value'"),
        ({"group_by": ("seed",)}, "there is no column 'seed' for --group-by"),
        ({"where": (("t", "1"),)}, "there is no column 't' for --where"),
        ({"stderr": "se"}, "there is no column 'se' for --stderr"),
        ({"ignore": ("lr",)}, "there is no column 'lr' for --ignore"),
        ({"by": ("width",), "width": ("width",)}, "the column 'width' cannot be both the width and --by"),
        ({"by": ("width",)}, "the column 'width' is taken for something else; name the widths with --width COL"),
        ({"variable": "depth"}, "there is no column 'depth' for --in depth"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_the_nearest(
    tmp_path: Path, layout: dict[str, object], sentence: str
) -> None:
    assert sentence in _refused(tmp_path, "width,value\n1,2\n", **layout)


def test_two_columns_that_could_be_the_width_are_not_guessed(tmp_path: Path) -> None:
    sentence = _refused(tmp_path, "d_model,hidden_size,value\n1,2,3\n")
    assert "'d_model', 'hidden_size' could each be the width; choose with --width" in sentence


LONG = "width,module,t,seed,value\n" + "".join(
    f"{n},{module},{t},{seed},{n * (t + seed)}\n"
    for seed in range(3) for n in (8, 16, 32, 64) for module in ("mlp", "attn") for t in (1, 2)
)  # fmt: skip


def test_a_long_table_has_a_group_for_each_label(tmp_path: Path) -> None:
    found = _cells(_read(tmp_path, LONG, by=("module", "t")))
    assert list(found) == ["mlp, t=1", "mlp, t=2", "attn, t=1", "attn, t=2"]
    assert found["attn, t=2"][16] == [32.0, 48.0, 64.0]


def test_a_column_that_varies_within_a_width_is_named(tmp_path: Path) -> None:
    sentence = _refused(tmp_path, LONG)
    assert "the column 'module' varies within width 8 (mlp, attn)" in sentence
    for way in ("--by module", "--where 'module=mlp'", "--ignore module"):
        assert way in sentence
    assert "the column 't' varies within width 8 (1, 2)" in _refused(tmp_path, LONG, by=("module",))


def test_rows_are_chosen_by_labels(tmp_path: Path) -> None:
    found = _cells(_read(tmp_path, LONG, where=(("module", "mlp"), ("t", "2.0"))))
    assert found == {"": {n: [n * 2.0, n * 3.0, n * 4.0] for n in (8, 16, 32, 64)}}
    both = _cells(_read(tmp_path, LONG, by=("t", "module"), where=(("t", "1"), ("t", "2"))))
    assert len(both) == 4
    assert "no row has module=mpl; did you mean 'mlp'?" in _refused(tmp_path, LONG, where=(("module", "mpl"),))
    assert "no row has t=7; its values are '1', '2'" in _refused(tmp_path, LONG, where=(("t", "7"),))


def test_rows_of_one_seed_are_averaged_when_asked_and_refused_otherwise(tmp_path: Path) -> None:
    text = "width,seed,value\n" + "".join(
        f"{n},{seed},{n + seed + k}\n" for n in (8, 16) for seed in (0, 1) for k in (0, 2)
    )
    sentence = _refused(tmp_path, text)
    assert "several rows at 8 have seed 0, and rows of one seed are not independent" in sentence
    assert "--group-by seed" in sentence
    found = _cells(_read(tmp_path, text, group_by=("seed",)))
    assert found == {"": {8: [9.0, 10.0], 16: [17.0, 18.0]}}


def test_groups_are_skipped_by_name_and_that_is_said(tmp_path: Path) -> None:
    found = _read(tmp_path, LONG, by=("module", "t"), skip=("mlp, t=1", "att*"))
    assert list(_cells(found)) == ["mlp, t=2"]
    assert found.notes == ("skipped: mlp, t=1; attn, t=1; attn, t=2",)
    assert "--skip mpl: no group is called 'mpl'; did you mean 'mlp'?" in _refused(
        tmp_path, LONG, by=("module", "t"), skip=("mpl",)
    )
    assert "--skip * leaves no group" in _refused(tmp_path, LONG, by=("module", "t"), skip=("*",))


def test_three_seeds_written_twice_are_not_six(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = "".join(f"{n},{x!r}\n" for n in (8, 16, 32, 64) for x in rng.random(3).tolist())
    sentence = _refused(tmp_path, "width,value\n" + rows + rows)
    assert "every value is there 2 times or more at its width" in sentence
    assert _cells(_read(tmp_path, "width,value\n" + rows))  # once is fine
    assert _cells(_read(tmp_path, "width,value\n" + rows + rows.split("\n")[0]))  # as is one that comes again
    rounded = "".join(f"{n},{x}\n" for n in (8, 16, 32, 64) for x in (0.1, 0.2, 0.3))
    assert _cells(_read(tmp_path, "width,value\n" + 5 * rounded))  # of few digits, which do repeat


def test_an_average_of_both_signs_is_no_size(tmp_path: Path) -> None:
    text = "width,seed,value\n8,0,1\n8,0,-1\n16,0,1\n16,0,2\n"
    assert "values of both signs, whose mean cancels" in _refused(tmp_path, text, group_by=("seed",), sizes=True)
    assert _cells(_read(tmp_path, text, group_by=("seed",))) == {"": {8: [0.0], 16: [1.5]}}


def test_a_wide_table_has_a_group_for_each_column(tmp_path: Path) -> None:
    text = "width,seed,lr,readout,mlp\n8,0,0.1,1,2\n8,1,0.1,3,4\n16,0,0.1,5,6\n"
    assert _cells(_read(tmp_path, text)) == {
        "readout": {8: [1.0, 3.0], 16: [5.0]},
        "mlp": {8: [2.0, 4.0], 16: [6.0]},
    }
    assert list(_cells(_read(tmp_path, text, values=("mlp",), ignore=("readout",)))) == [""]


def test_what_is_measured_beside_the_value_is_not_a_label(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [f"{n},{x!r},{y!r}" for n in (8, 16, 32, 64) for x, y in rng.random((5, 2)).tolist()]
    found = _read(tmp_path, "\n".join(["width,value,seconds", *rows, ""]))
    assert found.notes == ("columns not used: seconds",)


def test_a_sweep_of_learning_rates_is_not_taken_for_a_measurement(tmp_path: Path) -> None:
    rows = [f"{n},1,{lr}" for n in (8, 16, 32, 64) for lr in (0.1, 0.03, 0.01)]
    assert "the column 'lr' varies within width 8" in _refused(tmp_path, "\n".join(["width,value,lr", *rows]))


def test_several_files_that_a_label_tells_apart_are_not_pooled(tmp_path: Path) -> None:
    paths = [
        _write(tmp_path, "width,module,value\n" + "".join(f"{n},{name},1\n" for n in (8, 16)), f"{name}.csv")
        for name in ("mlp", "attn")
    ]
    with pytest.raises(ValueError, match="'module' varies within width 8"):
        read_groups(paths)
    assert len(read_groups(paths, Layout(by=("module",))).groups) == 2
    other = _write(tmp_path, "width,value\n8,1\n", "other.csv")
    with pytest.raises(ValueError, match="there is no column 'module'"):
        read_groups([paths[0], other])


COORDINATES = [
    {"width": n, "module": module, "t": t, "l1": n * t, "l2": n * t + 0.5, "optimizer": "adamw", "lr": 0.001}
    for _ in range(2) for n in (8, 16, 32, 64) for t in (1, 2) for module in ("", "layers.0", "1")
]  # fmt: skip


@pytest.mark.parametrize("index", [True, False])
def test_the_coordinate_check_of_mup_is_read_as_it_is(tmp_path: Path, index: bool) -> None:
    """``get_coord_data(…).to_csv(…)``, with the data frame's index or without it; an unnamed module is the whole."""
    names = list(COORDINATES[0])
    lines = [("," if index else "") + ",".join(names)]
    lines += [(f"{k}," if index else "") + ",".join(map(str, row.values())) for k, row in enumerate(COORDINATES)]
    found = _read(tmp_path, "\n".join(lines))
    assert "a coordinate check: l1, one verdict for each module and step" in found.notes
    assert {group.key for group in found.groups} == {
        (("module", module), ("t", str(t))) for module in ("", "layers.0", "1") for t in (1, 2)
    }
    assert _cells(found)["layers.0, t=2"] == {n: [2.0 * n, 2.0 * n] for n in (8, 16, 32, 64)}
    other = _cells(_read(tmp_path, "\n".join(lines), values=("l2",)))
    assert other["layers.0, t=1"][8] == [8.5, 8.5]


@pytest.mark.parametrize("orient", ["records", "columns", "pandas", "lines"])
def test_json(tmp_path: Path, orient: str) -> None:
    rows = COORDINATES
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    name = "x.jsonl" if orient == "lines" else "x.json"
    text = {
        "records": json.dumps(rows),
        "columns": json.dumps(columns),
        "pandas": json.dumps({name: {str(k): v for k, v in enumerate(column)} for name, column in columns.items()}),
        "lines": "\n".join(map(json.dumps, rows)),
    }[orient]
    found = _cells(_read(tmp_path, text, name))
    assert found["module=1, t=2"] == found["layers.0, t=2"] == {n: [2.0 * n, 2.0 * n] for n in (8, 16, 32, 64)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not JSON"),
        ("[1, 2]", "a list of records or an object of columns is needed"),
        ('[{"width": 1, "value": 2}, {"width": 1}]', "row 2 has no 'value'"),
        ('{"width": [1], "value": [1, 2]}', "different lengths"),
        ('[{"width": 1, "value": "x"}]', 'value is "x" in row 1, not a number'),
        ('[{"width": 1, "value": true}]', "value is true in row 1"),
        ("[" * 100_000, "not JSON"),
        ('[{"width": 1, "value": 2, "value": 3}]', "a column occurs twice: 'value'"),
    ],
)
def test_bad_json_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in _refused(tmp_path, text, "x.json")


def test_labels_in_npz_and_parquet(tmp_path: Path) -> None:
    arrays = {
        "width": np.repeat([8, 16, 32, 64], 4),
        "module": np.tile(["a", "b"], 8),
        "t": np.tile([1, 1, 2, 2], 4),
        "value": np.arange(16.0),
    }
    path = tmp_path / "x.npz"
    np.savez(path, **arrays, note=np.array("anything"))
    layout = Layout(by=("module", "t"))
    found = _cells(read_groups([path], layout))
    assert found["b, t=2"] == {8: [3.0], 16: [7.0], 32: [11.0], 64: [15.0]}
    pytest.importorskip("pyarrow")
    from verifier.datafiles import write_parquet

    write_parquet(tmp_path / "x.parquet", arrays, {})
    assert _cells(read_groups([tmp_path / "x.parquet"], layout)) == found


def test_means_with_standard_errors(tmp_path: Path) -> None:
    text = "width,module,mean,se\n8,a,2,0.1\n16,a,1,0.05\n8,b,3,0.2\n16,b,4,0.3\n"
    found = _read(tmp_path, text, by=("module",)).groups
    assert [group.data for group in found] == [
        Means("width", {8: (2.0, 0.1), 16: (1.0, 0.05)}),
        Means("width", {8: (3.0, 0.2), 16: (4.0, 0.3)}),
    ]
    assert "the column 'module' varies within width 8" in _refused(tmp_path, text)
    twice = "width,value,stderr\n8,1,0.1\n8,2,0.1\n"
    assert "width 8 has 2 means; with --stderr stderr each width has one" in _refused(tmp_path, twice)


def test_a_module_called_se_is_no_standard_error(tmp_path: Path) -> None:
    found = _cells(_read(tmp_path, "width,se,mlp\n8,1,2\n16,3,4\n"))
    assert found == {"se": {8: [1.0], 16: [3.0]}, "mlp": {8: [2.0], 16: [4.0]}}


def test_errors_of_single_samples_can_be_ignored(tmp_path: Path) -> None:
    text = "width,value,stderr\n8,1,0.1\n8,2,0.1\n"
    assert _cells(_read(tmp_path, text, ignore=("stderr",))) == {"": {8: [1.0, 2.0]}}


@pytest.mark.parametrize("error", ["-0.1", "0", "nan", "inf"])
def test_a_standard_error_that_is_none(tmp_path: Path, error: str) -> None:
    sentence = _refused(tmp_path, f"width,value,stderr\n8,1,0.1\n16,1,{error}\n")
    assert f"stderr is {float(error):g} in row 2; a standard error is a positive number" in sentence


def test_widths_as_multiples_need_their_base(tmp_path: Path) -> None:
    text = "width,value\n0.5,1\n1,2\n2,3\n"
    assert "width is 0.5 in sample 1; widths are integers" in _refused(tmp_path, text)
    assert "--base-width 256" in _refused(tmp_path, text)
    assert _cells(_read(tmp_path, text, base_width=256)) == {"": {128: [1.0], 256: [2.0], 512: [3.0]}}
    assert "width is 0.5 in sample 1, which times 3 is no integer" in _refused(tmp_path, text, base_width=3)
    third = f"width,value\n{1 / 3!r},1\n"
    assert _cells(_read(tmp_path, third, base_width=300)) == {"": {100: [1.0]}}


def test_another_variable_has_its_name(tmp_path: Path) -> None:
    text = "depth,width,value\n" + "".join(f"{d},512,{d}\n" for d in (2, 4, 8, 16))
    found = _read(tmp_path, text, variable="depth")
    assert (found.variable, list(_cells(found)[""])) == ("depth", [2, 4, 8, 16])
    assert "depth is 1.5 in sample 1; values of depth are integers" in _refused(
        tmp_path, "depth,value\n1.5,1\n", variable="depth"
    )


def test_thousands_of_groups_are_asked_to_be_filtered(tmp_path: Path) -> None:
    text = "width,step,value\n" + "".join(f"8,{k},1\n" for k in range(1001))
    assert "--by step gives 1001 groups; at most 1000 are decided: choose some with --where" in _refused(
        tmp_path, text, by=("step",)
    )


def test_thousands_of_columns_are_asked_to_be_chosen(tmp_path: Path) -> None:
    names = [f"c{k}" for k in range(1001)]
    rows = "".join(f"{n}," + ",".join(str(k + n) for k in range(1001)) + "\n" for n in (8, 16))
    assert "there are 1001 groups; at most 1000 are decided: choose columns with --value" in _refused(
        tmp_path, f"width,{','.join(names)}\n{rows}"
    )


def test_a_standard_deviation_is_no_standard_error(tmp_path: Path) -> None:
    found = _read(tmp_path, "width,mean,std\n8,1,0.1\n16,2,0.1\n")
    assert _cells(found) == {"": {8: [1.0], 16: [2.0]}}
    assert any("std is not used; a standard error, which is std/√seeds, can be" in note for note in found.notes)


def test_indices_of_several_files_are_no_values(tmp_path: Path) -> None:
    paths = [_write(tmp_path, f",width,value\n0,8,{k}\n1,16,{k}\n", f"{k}.csv") for k in (1, 2)]
    assert _cells(read_groups(paths)) == {"": {8: [1.0, 2.0], 16: [1.0, 2.0]}}


def test_an_underscore_is_not_part_of_a_number(tmp_path: Path) -> None:
    assert "value is '1_0', not a number" in _refused(tmp_path, "width,value\n8,1_0\n")


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    rows = "".join(f"{n},a\x1b[31m,1\n{n},b,1\n" for n in (8, 16, 32, 64))
    for words in ((), ("--by", "module")):
        result = CliRunner().invoke(
            cli, ["fit", str(_write(tmp_path, "width,module,value\n" + rows)), "--expect", "0", *words]
        )
        assert "\x1b" not in result.output
        assert "a\N{REPLACEMENT CHARACTER}[31m" in result.output


def test_a_first_line_for_excel_is_left_out(tmp_path: Path) -> None:
    assert _cells(_read(tmp_path, "sep=;\nwidth;value\n8;0,5\n")) == {"": {8: [0.5]}}


COMMAS = "width;value\n8;0,5\n16;1,25\n"


def test_decimal_commas(tmp_path: Path) -> None:
    assert _cells(_read(tmp_path, COMMAS)) == {"": {8: [0.5], 16: [1.25]}}
    mixed = COMMAS + "16;0.5\n"
    assert "both with a decimal comma ('0,5') and with a decimal point ('0.5')" in _refused(tmp_path, mixed)
    assert "value is '0,5', not a number" in _refused(tmp_path, 'width,value\n8,"0,5"\n')
    assert "value is '1.234,5', not a number" in _refused(tmp_path, "width;value\n8;1.234,5\n")


def test_comments_are_left_out_and_data_is_not(tmp_path: Path) -> None:
    text = "# run of 3 May\n# seeds, and more\n\nwidth,value\n8,1\n# 16,5\n#\n16,2\n"
    assert _cells(_read(tmp_path, text)) == {"": {8: [1.0], 16: [2.0]}}
    tagged = "module,width,value\n#1,8,1\n#1,16,2\n"
    assert _cells(_read(tmp_path, tagged)) == {"": {8: [1.0], 16: [2.0]}}
    numpy = "# a title, in two parts\n# width,value\n8,1\n"
    assert _cells(_read(tmp_path, numpy)) == {"": {8: [1.0]}}


def test_blanks_separate_as_numpy_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    np.savetxt(path, np.array([[8, 1.5], [16, 2.5]]), header="width value")
    assert _cells(read_groups([path])) == {"": {8: [1.5], 16: [2.5]}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    text = end.join(["width,module,value", "8,größe,1", '16,"a, b",2', ""])
    assert _cells(_read(tmp_path, text.encode(encoding), by=("module",))) == {"größe": {8: [1.0]}, "a, b": {16: [2.0]}}


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    assert "not a text file in UTF-8" in _refused(tmp_path, "width,größe\n8,1\n".encode("cp1252"))


@pytest.mark.parametrize("cell", ["", "NA", "null", "nan"])
def test_a_missing_value_is_nan_and_never_dropped(tmp_path: Path, cell: str) -> None:
    found = _cells(_read(tmp_path, f"width,value\n8,1\n8,{cell}\n"))[""][8]
    assert found[0] == 1
    assert np.isnan(found[1])


def test_a_value_column_of_strings(tmp_path: Path) -> None:
    assert "x.csv:2: value is 'small', not a number" in _refused(tmp_path, "width,value\n8,small\n")
    assert "x.csv:3: loss is 'one', not a number" in _refused(tmp_path, "width,loss\n8,1\n8,one\n8,2\n8,3\n")
