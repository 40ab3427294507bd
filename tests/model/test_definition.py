"""What the definition of a game must be: each thing that is wrong gets one line."""

import dataclasses
import math
import pickle

import numpy as np
import pytest

import foedus
from foedus import Chance, Choice, Code, Model, Move, Outcome, Parameter
from foedus.model.described import definition_described, described, difference, model_described
from foedus.model.moves import MOST_MOVES, completed, in_words


class Zone(Code):
    LOW, HIGH = range(2)


class Mood(Code):
    GOOD, BAD = range(2)


def payoffs(p, m):
    return m.price, -m.price


def outcome(p, m):
    return Zone.LOW, m.price


def held_against(p, m, without):
    return (Zone.LOW if m.price > without.price else Zone.HIGH), m.price


def one(p):
    return (1.0,)


def by_option(p, m):
    return (1.0 if m.enter == "enter" else 0.0), 0.0


def by_choice(p, m):
    return (Zone.LOW if p.form == "square" else Zone.HIGH), 0.0


def by_helper(p, m):
    return by_option(p, m)


PRICE, ENTER = Move("seller", "price", "x", high=1.0), Choice("buyer", "enter", ("stay out", "enter"))
WEATHER = Chance("weather", ("fair", "foul"), (0.75, 0.25))


def made(**changed):
    """A sound model by its definition, with something changed."""
    sound = {
        "parameters": [
            Parameter("t", "t", 0.0),
            Parameter("form", "", "line", choices=("line", "square")),
        ],
        "outcomes": [Outcome("zone", codes=Zone), Outcome("height")],
        "players": ["seller", "buyer"],
        "moves": [PRICE, ENTER],
        "payoffs": payoffs,
        "outcome": outcome,
    }
    return Model("zones", "Zones", **sound | changed)


def test_a_sound_definition_is_taken_and_its_outcomes_are_completed():
    assert list(made().found) == [
        "zone", "height", "price", "enter", "seller_payoff", "buyer_payoff", "search_error",
    ]  # fmt: skip
    assert "zone_probability" in made(moves=[WEATHER, PRICE]).found
    assert made(without={"price": 0.0}, outcome=held_against).without == {"price": 0.0}
    assert made(
        moves=[PRICE] + [Choice("buyer", f"c{k}", ("a", "b")) for k in range(MOST_MOVES - 1)]
    ).by_search
    assert made(search="quick").by_search
    assert Move("seller", "price", low=-math.inf, high=np.float64(1.0)).ends == (-math.inf, 1.0)


def test_the_functions_of_a_definition_may_have_what_is_bound_to_them():
    bounds = [
        Move("seller", name, high=lambda p, m, most=most: most) for name, most in (("x", 1.0), ("y", 2.0))
    ]
    assert made(moves=bounds).by_search
    assert made(payoffs=foedus.jit(payoffs)).by_search


WRONG = {
    "search": (dict(search="slow"), "search = 'slow' is not allowed; it must be quick or usual or careful"),
    "no payoffs": (dict(payoffs=None), "the model zones has players= and no payoffs=; a definition needs all of these"),
    "no outcome": (dict(outcome=None), "the model zones has players= and no outcome=; a definition needs all of these"),
    "no players": (dict(players=[]), "the model zones has moves= and no players=; a definition needs all of these"),
    "no moves": (dict(moves=[]), "the model zones has players= and no moves=; a definition needs all of these"),
    "payoffs alone": (
        dict(players=(), moves=(), outcome=None),
        "the model zones has payoffs= and no players=, moves=, outcome=; a definition needs all of these",
    ),
    "without alone": (
        dict(players=(), moves=(), outcome=None, payoffs=None, without={"price": 0.0}),
        "the model zones has without= and no players=, moves=, payoffs=, outcome=; a definition needs all of these",
    ),
    "one move": (dict(moves=PRICE), "moves must be a list of Move, Choice and Chance, not Move(player='seller', name='price',"),
    "names of moves": (dict(moves=["price"]), "moves must be a list of Move, Choice and Chance, and 'price' is none of these"),
    "a list in the list": (
        dict(moves=[[PRICE, ENTER]]),
        "moves must be a list of Move, Choice and Chance, and one of its entries is a list; players move one after another, and simultaneous moves are not solved",
    ),
    "seven moves": (
        dict(moves=[Move("seller", f"x{k}") for k in range(7)]),
        "moves has 7 moves; a definition may have 6 at most",
    ),
    "players in a text": (dict(players="seller"), "players = 'seller' is not allowed; it must be a list of names, and each must begin with a letter, have only letters, digits and _, and not be a keyword of Python"),
    "a player of two words": (dict(players=["seller", "the buyer"]), "players = ['seller', 'the buyer'] is not allowed; it must be"),
    "a player in capitals": (
        dict(players=["seller", "buyer", "Buyer"]),
        "players = ['seller', 'buyer', 'Buyer'] is not allowed; each player must be named once, and small and capital letters are the same",
    ),
    "searches": (dict(search=["usual"]), "search = ['usual'] is not allowed; it must be quick or usual or careful"),
    "an end of itself": (
        dict(moves=[Move("seller", "price", low=lambda p, m: m.price - 1.0, high=1.0)]),
        "price: low uses m.price, which is not made before price; there is no earlier move",
    ),
    "an end of a later move": (
        dict(moves=[ENTER, Move("seller", "price", high=lambda p, m: m.enter + m.bid), Move("buyer", "bid")]),
        "price: high uses m.bid, which is not made before price; it may use earlier moves: enter",
    ),
    "a condition of itself": (
        dict(moves=[PRICE, Choice("buyer", "enter", ("a", "b"), when=lambda p, m: p.t > 0 and m.enter == 0)]),
        "enter: when uses m.enter, which is not made before enter; it may use earlier moves: price",
    ),
    "odds of a later move": (
        dict(moves=[Chance("weather", ("fair", "foul"), lambda p, m: (m.price, 1.0 - m.price)), PRICE]),
        "weather: probabilities uses m.price, which is not made before weather; there is no earlier move",
    ),
    "without beyond the ends": (
        dict(without={"price": 7.0}, outcome=held_against),
        "without: price = 7.0 is beyond the ends of price",
    ),
    "a player twice": (dict(players=["seller", "seller"]), "players = ['seller', 'seller'] is not allowed; each player must be named once"),
    "another player": (
        dict(moves=[Move("sellr", "price", high=1.0)]),
        "price: player = 'sellr' is not a player; there are seller, buyer",
    ),
    "two moves of a name": (
        dict(moves=[PRICE, Move("buyer", "price", high=1.0)]),
        "two moves have the name 'price'; give one of them another name. Players move one after another, and simultaneous moves are not solved",
    ),
    "a move that is a parameter": (dict(moves=[Move("seller", "t", high=1.0)]), "the move 't' has the name of a parameter; give it another name"),
    "a move that is a payoff": (
        dict(moves=[Move("seller", "buyer_payoff", high=1.0)]),
        "the move 'buyer_payoff' has the name of the payoff of buyer; give it another name",
    ),
    "a move that is a probability": (
        dict(moves=[Move("seller", "zone_probability", high=1.0)]),
        "the move 'zone_probability' has the name of the probability of zone; give it another name",
    ),
    "a move that is the error": (dict(moves=[Move("seller", "search_error", high=1.0)]), "has the name of the error of the search"),
    "a move of a keyword": (dict(moves=[Move("seller", "lambda", high=1.0)]), "the name of the move 'lambda' is not allowed; it must begin with a letter, have only letters, digits and _, and not be a keyword of Python"),
    "a move that is ours": (
        dict(moves=[Move("seller", "share", high=1.0)]),
        "the move 'share' has the name of a variable of foedus; give it another name",
    ),
    "a parameter that is a payoff": (
        dict(parameters=[Parameter("buyer_payoff", "t", 0.0)]),
        "the name 'buyer_payoff' is given twice; give the outcome another name",
    ),
    "a move that is a code": (
        dict(outcomes=[Outcome("zone", codes=Zone), Outcome("enter", codes=Mood)]),
        "the outcome 'enter' has codes, but its name belongs to a number of the definition (a move, a payoff, a probability or the error of the search); give the outcome another name",
    ),
    "no code first": (
        dict(outcomes=[Outcome("height"), Outcome("zone", codes=Zone)]),
        "the first of outcomes= must have codes=, because outcome returns the code first; height has none",
    ),
    "no outcome of its own": (dict(outcomes=[Outcome("price")]), "the first of outcomes= must have codes=, because outcome returns the code first"),
    "two codes by chance": (
        dict(outcomes=[Outcome("zone", codes=Zone), Outcome("mood", codes=Mood)], moves=[WEATHER]),
        "the outcomes zone and mood have codes; in a game with a move of chance only the first outcome may have codes",
    ),
    "payoffs of other arguments": (dict(payoffs=one), "payoffs takes p; it must take p, m"),
    "payoffs no function": (dict(payoffs=[1.0, 2.0]), "payoffs = [1.0, 2.0] is not a function; it must be a function of (p, m)"),
    "outcome of three": (dict(outcome=held_against), "outcome takes p, m, without; it must take p, m"),
    "outcome of two": (dict(without={"price": 0.0}), "outcome takes p, m; it must take p, m, without"),
    "the text of an option": (dict(payoffs=by_option), "by_option compares with the text 'enter'; m.enter is a number: 0 for stay out, 1 for enter"),
    "in a helper": (dict(payoffs=by_helper), "by_option compares with the text 'enter'; m.enter is a number"),
    "the text of a choice": (dict(outcome=by_choice), "by_choice compares with the text 'square'; p.form is a number: 0 for line, 1 for square"),
    "a text in an end": (
        dict(moves=[Move("seller", "price", high=lambda p, m: 1.0 if p.form == "square" else 2.0)]),
        "price: high compares with the text 'square'; p.form is a number: 0 for line, 1 for square",
    ),
    "without another move": (
        dict(without={"enter": 0.0}, outcome=held_against),
        "without = {'enter': 0.0} is not allowed; it must give the first move a number, as in {'price': 0.0}",
    ),
    "without as a name": (dict(without="price", outcome=held_against), "without = 'price' is not allowed; it must give the first move a number"),
    "without no number": (dict(without={"price": "none"}, outcome=held_against), "without: price = 'none' is not allowed; it must be a finite number"),
    "without no end": (dict(without={"price": math.inf}, outcome=held_against), "without: price = inf is not allowed; it must be a finite number"),
    "without no option": (
        dict(moves=[ENTER, PRICE], without={"enter": 2}, outcome=held_against),
        "without: enter = 2 is not allowed; it must be 0 for stay out or 1 for enter",
    ),
    "without by chance": (
        dict(moves=[PRICE, WEATHER], without={"price": 0.0}, outcome=held_against),
        "without = {'price': 0.0} is not allowed in a game with a move of chance",
    ),
    "a word that is none": (dict(moves=[Move("seller", "price", symbol=1, high=1.0)]), "price: symbol = 1 is not a text"),
}  # fmt: skip
MOVES = {
    "two players": (
        lambda: Move(["seller", "buyer"], "price"),
        "price: player = ['seller', 'buyer'] is not a name; one player makes each move, players move one after another, and simultaneous moves are not solved",
    ),
    "two players choose": (lambda: Choice(("seller", "buyer"), "enter", ("a", "b")), "simultaneous moves are not solved"),
    "private information": (
        lambda: Chance("weather", ("fair", "foul"), (0.5, 0.5), player="seller"),
        "weather: player = 'seller' is not allowed; everybody sees a move of chance, and games with private information are not solved",
    ),
    "ends": (lambda: Move("seller", "price", low=2.0, high=1.0), "price: low = 2.0 is above high = 1.0"),
    "an end beyond all": (lambda: Move("seller", "price", low=math.inf), "price: low = inf is not allowed; it must be less than inf"),
    "an end below all": (lambda: Move("seller", "price", high=-math.inf), "price: high = -inf is not allowed; it must be more than -inf"),
    "an end in words": (lambda: Move("seller", "price", high="1"), "price: high = '1' is not allowed; it must be a number or a function of (p, m)"),
    "NaN": (lambda: Move("seller", "price", high=math.nan), "price: high = nan is not allowed; it must be a number or a function"),
    "an end of other arguments": (lambda: Move("seller", "price", high=lambda p: p.t), "price: high takes p; it must take p, m"),
    "an end of a class": (lambda: Move("seller", "price", low=float), "price: low = <class 'float'> is not a function; it must be a function of (p, m)"),
    "a condition": (lambda: Move("seller", "price", when=True), "price: when = True is not a function; it must be a function of (p, m)"),
    "a condition of an option": (lambda: Choice("buyer", "enter", ("a", "b"), when=lambda: True), "enter: when takes nothing; it must take p, m"),
    "options in a text": (lambda: Choice("buyer", "enter", "ab"), "enter: options = 'ab' is not allowed; it must be a list of names"),
    "options that are numbers": (lambda: Choice("buyer", "enter", (0, 1)), "enter: options = (0, 1) is not allowed; it must be a list of names"),
    "an end beyond floats": (lambda: Move("seller", "price", high=10**400), "is not allowed; it must be a number or a function of (p, m)"),
    "an option and a space": (lambda: Choice("buyer", "enter", ("a", "a ")), "enter: options = ('a', 'a ') is not allowed; it must be two different names or more"),
    "one option": (lambda: Choice("buyer", "enter", ["a"]), "enter: options = ['a'] is not allowed; it must be two different names or more"),
    "an option twice": (lambda: Chance("c", ["a", "a"], (0.5, 0.5)), "c: options = ['a', 'a'] is not allowed; it must be two different names"),
    "a probability": (lambda: Chance("c", ("a", "b"), 0.5), "c: probabilities = 0.5 is not allowed; it must be a list of numbers, one for each option"),
    "probabilities in a text": (lambda: Chance("c", ("a", "b"), "01"), "c: probabilities = '01' is not allowed; it must be a list of numbers"),
    "fewer probabilities": (lambda: Chance("c", ("a", "b"), (1.0,)), "c: it has 1 probabilities and 2 options; give one probability for each option"),
    "sum": (lambda: Chance("c", ("a", "b"), (0.5, 0.6)), "c: probabilities = (0.5, 0.6) is not allowed; probabilities must not be negative and must add up to 1"),
    "negative": (lambda: Chance("c", ("a", "b"), (-0.5, 1.5)), "must not be negative and must add up to 1"),
    "probabilities of other arguments": (lambda: Chance("c", ("a", "b"), lambda p: (0.5, 0.5)), "c: probabilities takes p; it must take p, m"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_definition_is_told_in_one_line(changed, words):
    with pytest.raises((ValueError, TypeError)) as refused:
        made(**changed)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("make", "words"), MOVES.values(), ids=MOVES)
def test_what_is_wrong_with_a_move_is_told_in_one_line(make, words):
    with pytest.raises((ValueError, TypeError)) as refused:
        make()
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_moves_are_told_in_words():
    assert in_words([PRICE, ENTER], "enter", 1.0) == "1 enter"
    assert in_words([PRICE, ENTER], "price", 0.25) == "0.25"
    assert in_words([PRICE, ENTER], "enter", math.nan) == "not made"
    three = Choice("buyer", "enter", ("stay out", "wait", "enter"))
    assert in_words([WEATHER, three], "enter", 1.0) == "1"  # in fair weather 0, in foul weather 2
    enter = next(outcome for outcome in completed(["a"], [ENTER], []) if outcome.name == "enter")
    assert enter.words == "enter of buyer: 0 stay out, 1 enter"


def test_a_file_says_what_the_definition_is():
    limited = Move("buyer", "offer", low=-math.inf, high=lambda p, m: m.price, when=lambda p, m: m.price > 0)
    model = made(moves=[WEATHER, PRICE, ENTER, limited], search="careful")
    text = described(model)
    assert definition_described(text) == [
        ("players", "seller, buyer"),
        ("move 1", "weather, by chance: 0 fair with probability 0.75, 1 foul with probability 0.25"),
        ("move 2", "price, a choice of seller: from 0 to 1"),
        ("move 3", "enter, a choice of buyer: 0 stay out, 1 enter"),
        (
            "move 4",
            "offer, a choice of buyer: from -inf to a number that depends on the game; only under a condition",
        ),
        ("search", "careful"),
    ]
    read = model_described("zones", text)
    assert list(read.found) == list(model.found)
    with pytest.raises(ValueError, match="the model zones cannot be solved"):
        foedus.solve(model=read)


CHANGES = {
    "players": (dict(players=["seller", "buyer", "judge"]), "outcomes ["),
    "search": (dict(search="quick"), "search 'usual', now 'quick'"),
    "an end": (dict(moves=[Move("seller", "price", "x", high=2.0), ENTER]), "move price: numbers"),
    "options": (dict(moves=[PRICE, Choice("buyer", "enter", ("no", "yes"))]), "outcome enter: long_name"),
    "a condition": (
        dict(moves=[PRICE, Choice("buyer", "enter", ("stay out", "enter"), when=lambda p, m: m.price > 0)]),
        "move enter: when False, now True",
    ),
    "without": (dict(without={"price": 0.0}, outcome=held_against), "without {}, now {'price': 0.0}"),
}


@pytest.mark.parametrize(("changed", "words"), CHANGES.values(), ids=CHANGES)
def test_the_hash_of_a_model_changes_with_its_definition(changed, words):
    assert made().hash == made().hash != made(**changed).hash
    assert difference(described(made()), described(made(**changed))).startswith(words)


def test_the_hash_of_a_model_changes_with_what_its_functions_do():
    def payoffs(p, m):
        return m.price, 1.0 - m.price

    assert made().hash != made(payoffs=payoffs).hash
    times = [made(payoffs=lambda p, m, by=by: (by * m.price, 0.0)) for by in (1.0, 2.0)]
    assert times[0].hash != times[1].hash


TWICE = """
import math
from foedus import Code, Model, Move, Outcome, Parameter


class Zone(Code):
    LOW, HIGH = range(2)


def solve(p):
    return Zone.HIGH if p.t > 1 else Zone.LOW, p.t / 2


model = Model(
    "halves", "Half of t", [Parameter("t", "t", 1.0)], [Outcome("zone", codes=Zone), Outcome("x")], solve,
    players=["a"], moves=[Move("a", "x", low=-math.inf)], payoffs=lambda p, m: (m.x * (p.t - m.x),),
    outcome=lambda p, m: (Zone.HIGH if p.t > 1 else Zone.LOW,),
)
"""


def test_a_definition_is_sent_to_other_processes(tmp_path):
    path = tmp_path / "halves.py"
    path.write_text(TWICE)
    model = foedus.load_model(path)
    for one in (model, model.defined):
        sent = pickle.loads(pickle.dumps(one))
        assert (sent.by_search, sent.hash, list(sent.found)) == (one.by_search, one.hash, list(one.found))
    assert model.hash != model.defined.hash
    path.write_text(TWICE.replace("p.t - m.x", "p.t - 2 * m.x"))
    with pytest.raises(ValueError, match=f"{path} differs on"):
        pickle.loads(pickle.dumps(model.defined))


def test_a_model_without_a_definition_has_none():
    model = dataclasses.replace(made(), players=(), moves=(), payoffs=None, outcome=None, solve=one)
    assert definition_described(described(model)) == []
    with pytest.raises(ValueError, match="the model zones has no definition"):
        _ = model.defined
