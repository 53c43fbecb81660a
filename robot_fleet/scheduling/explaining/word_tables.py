"""What explanations are told with, in English and Korean; in Korean a noun follows each name, so that particles fit."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "ko")

Table = Mapping[str, tuple[str, str]]

REASONS: Table = {
    "no_robot_kind": ("no robot of this fleet may do it", "이 작업을 맡을 수 있는 종류의 로봇이 없습니다"),
    "no_robot_available": (
        "none of the robots that may do it is available now",
        "이 작업을 맡을 수 있는 로봇이 지금은 모두 쓸 수 없는 상태입니다",
    ),
    "skill_missing": ("no robot has what it asks for", "필요한 기능을 갖춘 로봇이 없습니다"),
    "predecessor_left_out": (
        "a task that has to come first is not planned either",
        "먼저 끝나야 하는 작업이 계획에 없습니다",
    ),
    "no_place_free": ("no place where it could be done is free", "작업할 수 있는 자리가 비어 있지 않습니다"),
    "dearer_than_penalty": (
        "it could be done, but other work would suffer more than leaving it out costs",
        "할 수는 있지만, 하면 다른 작업이 그보다 더 큰 손해를 봅니다",
    ),
    "no_energy": ("no robot's battery lasts for it", "배터리가 충분한 로봇이 없습니다"),
    "too_heavy": ("it is more than any robot can carry as it is loaded", "실을 여유가 있는 로봇이 없습니다"),
    "window_closed": ("no robot can be there in time", "제시간에 갈 수 있는 로봇이 없습니다"),
    "partner_elsewhere": (
        "a task that it is bound to is on another robot, or in its way",
        "함께 묶인 작업이 다른 로봇에 있거나 순서가 맞지 않습니다",
    ),
    "unreachable": ("no robot has a way there", "갈 수 있는 길이 없습니다"),
    "item_not_there": ("what it is about is not where it is to be fetched", "옮길 물품이 아직 그 자리에 없습니다"),
    "place_out": ("its place is out of use", "자리를 사용할 수 없습니다"),
    "no_place_fits": ("no place is large enough", "크기가 맞는 자리가 없습니다"),
    "far_ahead": (
        "it is asked for ahead, and planned from two hours before",
        "미리 접수된 요청이라 두 시간 전부터 계획합니다",
    ),
    "held": ("a person holds it", "사람이 보류했습니다"),
    "awaits_other": ("another task comes first", "다른 작업이 먼저 끝나야 합니다"),
    "reassigned": ("a person wants another robot to do it", "사람이 다른 로봇에 맡겼습니다"),
    "lane_blocked": ("something stands in the way on its only way", "유일한 길이 무언가로 막혀 있습니다"),
    "equipment_failed": ("a door or lift on its only way is out of order", "유일한 길의 문이나 승강기가 고장 났습니다"),
    "equipment_failed_named": ("it waits: {names} is out of order", "{names} 고장으로 기다립니다"),
    "zone_closed": ("it lies behind a closed zone", "폐쇄된 구역 너머에 있습니다"),
    "law_papers": (
        "no robot has the papers that the law asks for on the way there",
        "가는 길의 법이 요구하는 인증·보험·허가가 유효한 로봇이 없습니다",
    ),
    "law_limits": (
        "the law keeps robots as heavy or as wide as these off the way there",
        "가는 길의 법정 중량이나 폭을 넘어 들어갈 수 있는 로봇이 없습니다",
    ),
    "called_away": ("its robot was called to something more urgent", "로봇이 더 급한 일로 불려 갔습니다"),
    "called_to_alarm": ("its robot was called to an alarm", "로봇이 알람 현장으로 불려 갔습니다"),
    "cancelled_by_person": ("a person cancelled it", "사람이 취소했습니다"),
    "not_planned": ("no plan could take it in", "계획에 넣을 수 없었습니다"),
    "robot_offline": ("its robot fell silent", "로봇과 연결이 끊겼습니다"),
    "never_begun": ("it could never be begun", "시작할 수 없었습니다"),
    "act_unknown": ("the end of an act is unknown", "동작 결과를 확인하지 못했습니다"),
}
"""Why a task is in no plan, or ended as it did: the rest of a sentence in English, a sentence in Korean."""

LACKS: Table = {
    "skill_missing": ("cannot, for want of {skills}", "필요한 기능({skills})이 없습니다"),
    "no_place_free": ("cannot: no place is free for it", "빈 자리가 없어 맡을 수 없습니다"),
    "predecessor_left_out": ("cannot before what has to come first is planned", "먼저 할 작업이 계획되어야 합니다"),
    "no_energy": ("cannot: the battery does not last", "배터리가 모자랍니다"),
    "too_heavy": ("cannot carry it as loaded", "실을 여유가 없습니다"),
    "window_closed": ("cannot be there in time", "제시간에 갈 수 없습니다"),
    "partner_elsewhere": ("cannot: it is bound to a task elsewhere", "함께 묶인 작업이 다른 로봇에 있습니다"),
    "unreachable": ("cannot: there is no way", "갈 수 있는 길이 없습니다"),
}
ABSENT: Table = {
    "offline": ("offline", "연결 끊김"),
    "fault": ("at fault", "고장"),
    "held": ("held by a person", "사람이 멈춤"),
    "recharging": ("recharging", "충전 중"),
    "unknown": ("not heard of yet", "상태 모름"),
    "": ("not there", "없음"),
}

CHANGES: Table = {
    "window": ("it might begin {span} later than asked", "시작 기한을 {span} 늦추면"),
    "working_time": ("it worked {span} longer", "운행 시간을 {span} 늘리면"),
    "energy": ("its battery held {n} Wh more", "배터리가 {n} Wh 더 있으면"),
    "penalty": (
        "it counted for more: {span} of weighted delay would do",
        "중요도를 가중 지연 {span}만큼 높이면",
    ),
    "payload": ("it could carry {n} kg more", "{n} kg을 더 실을 수 있으면"),
    "units": ("it had {n} more compartments", "적재 칸이 {n}개 더 있으면"),
    "place": ("{place} were free ({tasks} has it)", "{place} 자리가 비면(지금은 {tasks} 작업이 쓸 자리)"),
    "place_taken": ("{place} were free (it is occupied)", "{place} 자리가 비면(지금은 차 있음)"),
    "resource": ("{n} more could use {place} at a time", "{place} 설비를 동시에 {n}대 더 쓸 수 있으면"),
    "precedence": ("it need not wait for {tasks}", "{tasks} 작업을 기다리지 않아도 되면"),
    "company": ("it were not bound to {tasks}", "{tasks} 작업과 묶이지 않으면"),
    "contention": ("{tasks} gave way", "{tasks} 작업을 빼면"),
    "skill": ("it had {skills}", "{skills} 기능이 있으면"),
    "robot": ("the task allowed it", "이 작업을 맡도록 허용하면"),
}

PHRASES: Table = {
    "goes_to": (
        "{task} goes to {robot}: it is at {stops}{margin}.",
        "{task} 작업은 {robot} 로봇이 맡습니다. {stops} 도착 예정이며{margin}.",
    ),
    "titled": ("{task} ({service})", "{task}({service})"),
    "stop": ("{place} at {time}", "{place} {time}"),
    "and": (" and at ", ", "),
    "early": (", {span} before it is due", " 기한보다 {span} 빠릅니다"),
    "late": (", {span} late", " 기한보다 {span} 늦습니다"),
    "on_time": (", just in time", " 기한에 꼭 맞습니다"),
    "no_due": ("", " 정해진 기한은 없습니다"),
    "only_on": ("A person wants {robot} to do it.", "사람이 {robot} 로봇을 지정했습니다."),
    "not_on": ("A person does not want {robot} to do it.", "사람이 {robot} 로봇을 제외했습니다."),
    "before_that": ("Before that it serves {tasks}.", "그 전에 {tasks} 작업을 합니다."),
    "pinned": ("It has begun there and stays there.", "이미 시작했으므로 로봇을 바꿀 수 없습니다."),
    "other_later": (
        "{robot} would be {span} later ({time}){since}{cost}.",
        "{robot} 로봇이 맡으면 {since}{span} 늦어지고({time}){cost}.",
    ),
    "other_earlier": (
        "{robot} would be {span} earlier ({time}){after}{cost}.",
        "{robot} 로봇이 맡으면 {after}{span} 빨라지지만({time}){cost}.",
    ),
    "other_same": (
        "{robot} would be as early ({time}){after}{cost}.",
        "{robot} 로봇이 맡으면 {after}시각은 같지만({time}){cost}.",
    ),
    "since": (", since it serves {tasks} first", "{tasks} 작업을 먼저 하므로 "),
    "after": (" even after {tasks}", "{tasks} 작업 다음인데도 "),
    "dearer": (", and all in all that costs {span} more", " 전체 비용이 {span} 늘어납니다"),
    "but_dearer": (", but all in all that costs {span} more", " 전체 비용이 {span} 늘어납니다"),
    "cheaper": (
        ", and all in all that costs {span} less: a better plan may come soon",
        " 전체 비용은 {span} 줄어듭니다. 곧 더 나은 계획으로 바뀔 수 있습니다",
    ),
    "as_dear": (", and all in all that costs the same", " 전체 비용은 같습니다"),
    "unknown_cost": ("", " 비용은 견줄 수 없습니다"),
    "more_others": ("{n} more could do it at higher cost.", "그 밖에 {n}대도 더 높은 비용으로 할 수 있습니다."),
    "nobody_else": ("No other robot could do it now.", "지금 이 작업을 대신할 수 있는 로봇은 없습니다."),
    "could_dear": (
        "{robot} could do it at {time}, but that would cost {span}.",
        "{robot} 로봇이 {time}에 할 수 있지만 비용이 {span}입니다.",
    ),
    "cost_is": (
        "Costs are told as time: delay weighted by importance, part of the driving, a little for changing the robot.",
        "비용은 시간으로 나타냅니다. 중요도로 가중한 지연에 주행의 일부와 로봇을 바꾸는 약간의 값을 더합니다.",
    ),
    "cannot": ("{robots} {lacks}.", "{robots} 로봇: {lacks}."),
    "absent": ("Not available: {robots}.", "지금 쓸 수 없는 로봇: {robots}."),
    "others": (
        "The fleet's other robots ({n}) are not of a kind that may do it.",
        "나머지 로봇 {n}대는 이 작업을 맡지 않는 종류입니다.",
    ),
    "one_other": (
        "The fleet's one other robot is not of a kind that may do it.",
        "나머지 로봇 1대는 이 작업을 맡지 않는 종류입니다.",
    ),
    "left_out": (
        "{task} is in no robot's plan: {reason}.",
        "{task} 작업은 아직 어느 로봇의 계획에도 없습니다. {reason}.",
    ),
    "bound": (
        "{task} is bound to {robot}, which is not available now ({absent}).",
        "{task} 작업은 {robot} 로봇이 이미 맡았지만, 지금 그 로봇을 쓸 수 없습니다({absent}).",
    ),
    "would": ("{robot} would do it at {time} if {change}.", "{change} {robot} 로봇이 {time}에 할 수 있습니다."),
    "would_after": (
        "{robot} would do it after {tasks}, once that is planned.",
        "{tasks} 작업이 계획되면 그다음에 {robot} 로봇이 할 수 있습니다.",
    ),
    "no_change": ("No single change would have it done.", "한 가지만 바꾸어서는 할 수 없습니다."),
    "next": (
        "Limits in time and importance aside, {robot} could begin at {time} at the earliest{charge}.",
        "기한과 중요도를 따지지 않으면 가장 이르게는 {robot} 로봇이 {charge}{time}에 시작할 수 있습니다.",
    ),
    "charge": (", after a charge", "충전한 뒤 "),
    "no_next": ("Waiting alone does not mend it.", "기다리기만 해서는 해결되지 않습니다."),
    "no_next.no_robot_available": (
        "It waits until one of them is available again.",
        "그중 한 대라도 다시 쓸 수 있게 되면 계획에 들어갑니다.",
    ),
    "no_next.no_place_free": ("It waits until a place becomes free.", "자리가 비면 계획에 들어갑니다."),
    "no_next.predecessor_left_out": (
        "It waits until what has to come first is planned.",
        "먼저 끝나야 하는 작업이 계획되어야 들어갈 수 있습니다.",
    ),
    "no_next.equipment_failed": (
        "It is planned as soon as that is in order again.",
        "다시 작동하면 바로 계획에 들어갑니다.",
    ),
    "in_hand": (
        "{task} is with {robot}, which has set out for it and keeps it.",
        "{task} 작업은 {robot} 로봇이 맡아 이미 출발했으므로 바꾸지 않습니다.",
    ),
    "underway": (
        "{task} is under way: {robot} has it since {time}.",
        "{task} 작업은 진행 중입니다. {robot} 로봇이 {time}부터 하고 있습니다.",
    ),
    "held_up": (
        "{task} is under way with {robot} since {time}, but cannot go on: {reason}.",
        "{task} 작업은 {robot} 로봇이 {time}부터 하고 있지만 계속할 수 없습니다. {reason}.",
    ),
    "completed": (
        "{task} is done: {robot} ended it at {time}{margin}.",
        "{task} 작업은 끝났습니다. {robot} 로봇이 {time}에 마쳤습니다{margin}.",
    ),
    "done_late": (", {span} late", "(기한보다 {span} 늦음)"),
    "done_in_time": (", in time", "(기한 안)"),
    "failed": ("{task} failed at {time}: {reason}.", "{task} 작업은 {time}에 실패로 끝났습니다. {reason}."),
    "cancelled": ("{task} was cancelled at {time}: {reason}.", "{task} 작업은 {time}에 취소되었습니다. {reason}."),
    "rejected": ("{task} was refused at {time}: {reason}.", "{task} 작업은 {time}에 거절되었습니다. {reason}."),
    "more_names": ("{names} and {n} more", "{names} 외 {n}"),
}
"""Sentences and their parts."""
