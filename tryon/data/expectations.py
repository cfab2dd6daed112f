"""Data rules checked by Great Expectations: an ephemeral context, no files, no network."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tryon.data.card import SPLITS
from tryon.data.hashing import near_pairs
from tryon.data.rules import Between, Contains, NoCopies, OneOf, OneSplit, Rule, Unique

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
logging.getLogger("great_expectations").setLevel(logging.ERROR)  # before its import: it is chatty

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as gxe  # noqa: E402
from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: E402
from great_expectations.execution_engine import PandasExecutionEngine  # noqa: E402
from great_expectations.expectations.expectation import MulticolumnMapExpectation  # noqa: E402
from great_expectations.expectations.metrics.map_metric_provider import (  # noqa: E402
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)

_PROTECTED = {split: rank for rank, split in enumerate(SPLITS)}  # test gives nothing up
_ROW = "row"


class _GroupInOneSplit(MulticolumnMapMetricProvider):
    """False where a value also occurs in a more protected split."""

    condition_metric_name = "multicolumn_values.group_in_one_split"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "ignore_row_if")
    condition_value_keys = ()

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **kwargs: Any) -> pd.Series:  # noqa: N805
        value, split = column_list.columns
        rank = column_list[split].map(_PROTECTED)
        return rank == rank.groupby(column_list[value]).transform("max")


class _NoCopyAcrossSplits(MulticolumnMapMetricProvider):
    """False where a near copy of the picture lies in a more protected split."""

    condition_metric_name = "multicolumn_values.no_copy_across_splits"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "ignore_row_if")
    condition_value_keys = ("distance",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, distance: int, **kwargs: Any) -> pd.Series:  # noqa: N805
        value, split = column_list.columns
        rank = column_list[split].map(_PROTECTED).to_numpy()
        alone = pd.Series(True, index=column_list.index)
        for first, second in near_pairs(column_list[value], distance):
            if rank[first] != rank[second]:
                alone.iloc[first if rank[first] < rank[second] else second] = False
        return alone


class ExpectGroupInOneSplit(MulticolumnMapExpectation):
    """No value of the first column occurs in two splits (the second column)."""

    map_metric = "multicolumn_values.group_in_one_split"
    args_keys = ("column_list",)


class ExpectNoCopyAcrossSplits(MulticolumnMapExpectation):
    """No perceptual hash (first column) has a near copy in another split (second column)."""

    distance: int
    map_metric = "multicolumn_values.no_copy_across_splits"
    success_keys = ("distance", "mostly")
    args_keys = ("column_list", "distance")


@dataclass(frozen=True)
class Outcome:
    """What one rule found."""

    rule: Rule
    checked: int  # values that were tested
    failed: tuple[int, ...]  # index labels of the frame's rows that broke it
    passed: bool


def check(frame: pd.DataFrame, rules: Sequence[Rule]) -> list[Outcome]:
    """Check rules over a frame, one row per picture; the outcomes come in the rules' order.

    A column that no row has filled is absent from the frame; rules on it have nothing to test.
    """
    tested = [rule for rule in rules if rule.check.column in frame and len(frame)]
    results = _run(frame, tested) if tested else {}
    return [results.get(rule.name, Outcome(rule, 0, (), True)) for rule in rules]


def _run(frame: pd.DataFrame, rules: Sequence[Rule]) -> dict[str, Outcome]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = (
        context.data_sources.add_pandas("pandas")
        .add_dataframe_asset("pictures")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = gx.ExpectationSuite(name="rules", expectations=[_expectation(rule) for rule in rules])
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="pictures", data=batch, suite=context.suites.add(suite))
    )
    report = definition.run(
        batch_parameters={"dataframe": frame.rename_axis(_ROW).reset_index()},
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [_ROW]},
    )
    by_name = {rule.name: rule for rule in rules}
    outcomes = {}
    for result in report.results:
        assert result.expectation_config is not None  # a run result always carries its own
        rule = by_name[result.expectation_config.meta["rule"]]
        found = result.result
        failed = tuple(int(cell[_ROW]) for cell in found.get("unexpected_index_list") or ())
        checked = int(found.get("element_count", len(frame))) - int(found.get("missing_count", 0))
        outcomes[rule.name] = Outcome(rule, checked, failed, bool(result.success))
    return outcomes


def _expectation(rule: Rule) -> gxe.Expectation:
    meta = {"rule": rule.name}
    match rule.check:
        case Between(column, minimum, maximum):
            return gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=minimum, max_value=maximum, meta=meta
            )
        case OneOf(column, values):
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values), meta=meta)
        case Unique(column):
            return gxe.ExpectCompoundColumnsToBeUnique(column_list=[column, "part"], meta=meta)
        case OneSplit(column):
            return ExpectGroupInOneSplit(column_list=[column, "split"], meta=meta)
        case NoCopies(distance, column):
            return ExpectNoCopyAcrossSplits(
                column_list=[column, "split"],
                distance=distance,
                ignore_row_if="any_value_is_missing",
                meta=meta,
            )
        case Contains(column, values):
            return gxe.ExpectColumnDistinctValuesToContainSet(
                column=column, value_set=list(values), meta=meta
            )
