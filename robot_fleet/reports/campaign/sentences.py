"""The sentences of campaign reports, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

from robot_fleet.core.text import Text

SENTENCES: Mapping[str, Text] = {
    "picture_of": Text("위에서 본 로봇들의 주행: {told}; {robots}", "How robots drove, from above: {told}; {robots}"),
    "all_well": Text(
        "시나리오 {scenarios}개, 실행 {runs}회가 모두 기대대로 끝났습니다.",
        "All {scenarios} scenarios ended as expected, in {runs} runs.",
    ),
    "some_ill": Text(
        "시나리오 {scenarios}개 중 {bad}개, 실행 {runs}회 중 {bad_runs}회가 기대와 다르게 끝났습니다.",
        "{bad} of {scenarios} scenarios ended otherwise than expected: {bad_runs} of {runs} runs.",
    ),
    "empty": Text("이 캠페인에는 시나리오가 없습니다.", "This campaign has no scenario."),
    "none_failed": Text("없습니다.", "Nothing did."),
    "no_last": Text(
        "비교할 지난 결과가 없습니다. --against LAST.json으로 비교할 수 있습니다.",
        "No last result was given; --against LAST.json compares with one.",
    ),
    "last_is": Text("지난 캠페인: {file}, {program}", "The last campaign: {file}, {program}"),
    "unlike": Text(
        "두 캠페인은 같은 조건이 아닙니다 (다른 것: {what}). 아래의 차이에는 그 탓도 있습니다.",
        "The campaigns were not run alike (different: {what}). What differs below may be due to that.",
    ),
    "same_commit": Text("두 캠페인의 커밋이 같습니다.", "Both campaigns ran on the same commit."),
    "identical": Text(
        "같은 시나리오와 시드의 실행 {paired}쌍 가운데 {identical}쌍은 궤적이 한 바이트까지 같습니다.",
        "Of {paired} pairs of runs of one scenario and seed, {identical} are the same to the last byte of the trace.",
    ),
    "no_pairs": Text(
        "시나리오와 시드가 같은 실행이 없어, 지표의 차이는 말할 수 없습니다. 중앙값만 나란히 보입니다.",
        "No run has its scenario and seed in both, so no difference of figures is claimed; medians stand side by side.",
    ),
    "clear_none": Text(
        "뚜렷이 달라진 지표는 없습니다 (시나리오별 지표 {looked}개를 비교).",
        "No figure has clearly changed ({looked} figures of scenarios were compared).",
    ),
    "clear_by_chance": Text(
        "시나리오별 지표 {looked}개를 비교했습니다. 그 가운데 {chance}개쯤은 우연만으로도 뚜렷해 보일 수 있습니다.",
        "{looked} figures of scenarios were compared; up to about {chance} of them could look clear by chance alone.",
    ),
    "few_pairs": Text(
        "시드가 6개보다 적은 시나리오에서는 우연과 가릴 수 없어 아무것도 뚜렷하다고 하지 않습니다.",
        "Where a scenario has fewer than 6 seeds in common, nothing is called clear: it could not be told from chance.",
    ),
    "runs_of": Text("{of}회 중 {failed}회 실패", "{failed} of {of} runs failed"),
    "runs_passed_of": Text("{of}회 중 {passed}회 통과", "{passed} of {of} runs passed"),
    "was": Text("지난번 {what}", "last time {what}"),
    "newly_broken": Text("새로 깨진 기대: {names}", "newly broken: {names}"),
    "newly_kept": Text("이제 지켜지는 기대: {names}", "kept now: {names}"),
    "broke_in": Text("{of}회 중 {n}회 깨짐", "broken in {n} of {of} runs"),
    "said_same": Text("모든 쌍에서 같음 ({n}쌍).", "The same in all pairs ({n})."),
    "said_few": Text(
        "중앙값 {middle} ({low} ~ {high}, {n}쌍): 우연과 가리기에는 너무 적습니다.",
        "Median {middle} ({low} to {high}, {n} pairs): too few to be told from chance.",
    ),
    "said_unclear": Text(
        "뚜렷한 차이 없음: 중앙값 {middle} (95 %: {low} ~ {high}, {n}쌍).",
        "No clear difference: median {middle} (95 %: {low} to {high}, {n} pairs).",
    ),
    "said_better": Text(
        "나아짐: {middle} (95 %: {low} ~ {high}, {n}쌍).", "Better: {middle} (95 %: {low} to {high}, {n} pairs)."
    ),
    "said_worse": Text(
        "나빠짐: {middle} (95 %: {low} ~ {high}, {n}쌍).", "Worse: {middle} (95 %: {low} to {high}, {n} pairs)."
    ),
    "said_other": Text(
        "달라짐: {middle} (95 %: {low} ~ {high}, {n}쌍).", "Changed: {middle} (95 %: {low} to {high}, {n} pairs)."
    ),
    "said_work": Text(
        "완료한 일의 수가 달라 좋고 나쁨을 말하지 않습니다.",
        "Not the same work was done: called neither better nor worse.",
    ),
    "said_unpaired": Text("같은 시드가 없음", "no seed in common"),
    "said_new": Text("지난번에 없음", "not in the last one"),
    "rates_caption": Text(
        "시나리오마다 통과한 실행, 참 통과율이 95 % 확실하게 놓인 구간 (Wilson). 빈 표시는 지난 캠페인입니다.",
        "Runs of each scenario that passed, and where its true pass rate lies at 95 % (Wilson). "
        "Hollow marks: the last campaign.",
    ),
    "interval_of": Text(
        "{name}: 통과율 {share} %, 95 % 구간 {low} ~ {high} %",
        "{name}: pass rate {share} %, 95 % interval {low} to {high} %",
    ),
    "evidence_caption": Text("무엇이 보여 주는가: {name}", "What shows it: {name}"),
    "expectations_caption": Text("{name}: 기대별 결과", "{name}: how often each expectation held"),
    "runs_caption": Text("{name}: 실행별 결과와 지표", "{name}: result and figures of each run"),
    "faults_caption": Text("{name}: 시드 {seed}의 고장", "{name}: faults of seed {seed}"),
    "chart_of": Text(
        "{figure}: 시나리오별 모든 실행의 값. 채운 점은 이번, 빈 점은 지난 캠페인, 선은 중앙값.",
        "{figure}: values of all runs by scenario. Full dots: this campaign; hollow ones: the last; bars: medians.",
    ),
    "figure_caption": Text("{figure}: 숫자로", "{figure}: in numbers"),
    "in_numbers": Text("숫자로 보기", "In numbers"),
    "axis": Text("{low} ~ {high}", "{low} to {high}"),
    "one_value": Text("모든 실행에서 {value}.", "{value} in every run."),
    "lower_better": Text("작을수록 좋음", "less is better"),
    "more_better": Text("클수록 좋음", "more is better"),
    "no_figures": Text("지표가 없습니다.", "There are no figures."),
    "no_traces": Text(
        "궤적 파일이 없어 그림이 없습니다. --traces DIR로 남긴 폴더를 주면 그려집니다.",
        "There are no pictures: no traces were given. They are drawn from the folder that --traces DIR kept.",
    ),
    "no_walls": Text(
        "사이트를 찾지 못해 벽 없이 그렸습니다: {sites}", "Drawn without walls, as the site was not found: {sites}"
    ),
    "how_rate": Text(
        "통과율의 구간은 Wilson의 95 % 구간입니다. 실행이 적을수록 넓습니다: 1회 중 1회 통과라면 21 ~ 100 %입니다.",
        "Intervals of pass rates are Wilson's at 95 %. The fewer runs, the wider: 1 of 1 passed means 21 to 100 %.",
    ),
    "how_pairs": Text(
        "지표는 시나리오와 시드가 같은 실행끼리 비교합니다. "
        "구간은 차이의 순서만으로 정하므로 (부호 검정) 분포를 가정하지 않습니다.",
        "Figures are compared between runs of one scenario and seed. Intervals come from the order of the "
        "differences alone (sign test) and suppose nothing of how they are spread.",
    ),
    "how_virtual": Text(
        "virtual 연결에서는 같은 시드가 같은 실행입니다. 그래서 모든 차이는 프로그램이나 파일, 옵션이 바뀐 탓이고, "
        "구간은 다른 시드에서도 그럴지를 말합니다.",
        "On the virtual link one seed is one run: every difference comes from a change of program, file or "
        "option, and the interval says whether other seeds would show it too.",
    ),
    "how_control": Text(
        "음성 대조군은 실패해야 하는 시나리오입니다. 통과하면 심판이 무언가를 놓친 것입니다.",
        "A negative control is a scenario that must fail. If it passes, a judge has missed something.",
    ),
    "how_english": Text(
        "증거의 문장은 결과 파일에 있는 그대로, 영어입니다.", "Sentences of evidence stand as the result file has them."
    ),
    "how_times": Text(
        "시각은 실행이 시작된 뒤의 분:초입니다.", "Times are minutes and seconds since the beginning of the run."
    ),
}
