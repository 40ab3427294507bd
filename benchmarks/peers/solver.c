/* The closed-form solver in C: the same algorithm, by another compiler.

   Functions, types and fields have the same names as in `kernels`, which explains what they compute. All
   floating-point operations are in the same order, so that the results are equal to the bit. `solve_map`
   solves a map in blocks of 64 games side by side, as `kernels/lanes.py` and `kernels/grid.py` do.
   `solve_games_one_by_one` solves it game by game. Both use the same functions.

   In the loops over lanes, GCC 12 turns an `if` into a selection, but not if it selects between two truth
   values, or if more than four branches meet. So truth values are combined with & and |, and a few functions
   assign several times where the functions in Python return early. */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define KERNEL static inline __attribute__((always_inline))
/* a function that is not inlined, so that its loop is analysed and profiled separately */
#define APART static __attribute__((noinline))
/* a loop over lanes, which do not depend on each other */
#define FOR_LANES(n) _Pragma("GCC ivdep") for (long n = 0; n < LANES; n++)

/* ---- terms ---- */

typedef struct {
    double ally_cost, challenger_cost, superpower_cost, status_quo, ally_war_cost, challenger_war_cost;
    double ally_forces, challenger_forces, effectiveness, stake, bargaining_power;
    double decisiveness, autonomy_cost, alliance_cost, contest;
} Parameters;

enum { ALLY_COST = 0, STATUS_QUO = 3, PARAMETERS = 15 };

typedef struct {
    double challenger_reach, price, ally_best, ally_best_p, superpower_best;
} Costs;

typedef struct {
    double ally_cost, challenger_cost, superpower_cost, status_quo, ally_war_cost;
    double ally_forces, challenger_forces, effectiveness, stake, autonomy_cost, alliance_cost;
    double challenger_reach, price, ally_best, ally_best_p, superpower_best;
    double war_costs, surplus, ally_edge, challenger_edge;
    double nothing, nothing_held, everything, standing, bargain;
} Terms;

static const double ALLY_CHALLENGES = 0.0, QUIET = 1.0, CHALLENGER_CHALLENGES = 2.0;
static const double ROUNDING = 1e-15, TINY = 1e-300;

/* the first of two numbers unless the second is larger, or smaller; also with zeros of both signs and NaN */
KERNEL double max(double a, double b) { return b > a ? b : a; }
KERNEL double min(double a, double b) { return b < a ? b : a; }

KERNEL Parameters parameters_of(const double *fixed, double ally_cost, double status_quo) {
    return (Parameters){
        ally_cost, fixed[1], fixed[2], status_quo, fixed[4], fixed[5], fixed[6], fixed[7],
        fixed[8], fixed[9], fixed[10], fixed[11], fixed[12], fixed[13], fixed[14],
    };
}

/* ---- contest ---- */

typedef struct {
    double p, arms;
} Fight;

KERNEL double win_probability(double force, double rival) { return force / (force + rival); }

KERNEL double larger_root(double square, double linear, double constant) {
    double root = sqrt(max(0.0, linear * linear - 4.0 * square * constant));
    double above = linear > 0.0 ? -2.0 * constant : root - linear;
    double below = linear > 0.0 ? linear + root : 2.0 * square;
    return above / below;
}

KERNEL double contested_by(double force, double challenger_cost, double challenger_forces) {
    return min(win_probability(force, challenger_forces), sqrt(challenger_cost * force));
}

KERNEL Fight contested(const Terms *t, double force) {
    double standing = win_probability(force, t->challenger_forces);
    double armed = sqrt(t->challenger_cost * force);
    if (standing <= armed) return (Fight){standing, 0.0};
    double arms = armed * (1.0 - armed) * t->challenger_reach - t->challenger_forces;
    return (Fight){armed, max(0.0, arms)};
}

KERNEL double force_to_win(const Terms *t, double p) {
    return max(t->challenger_forces * p / (1.0 - p), p * p * t->challenger_reach);
}

typedef struct {
    double force, p;
} Built;

KERNEL Built best_force(double cost, double challenger_cost, double challenger_forces, double reach) {
    double root = sqrt(cost * challenger_forces);
    double unarmed = 1.0 - root;
    double standing = challenger_cost * challenger_forces;
    double high = 0.5 * (1.0 + sqrt(max(0.0, 1.0 - 4.0 * standing)));
    double low = standing / high;
    bool arming = (low < unarmed) & (unarmed < high);
    double above = arming ? 0.5 * challenger_cost : challenger_forces * max(0.0, unarmed);
    double below = arming ? cost : root;
    double best = above / below;
    if (arming) {
        double p = max(low, min(best, high));
        return (Built){p * p * reach, p};
    }
    return (Built){best, max(0.0, unarmed)};
}

/* ---- terms, continued ---- */

KERNEL Costs costs(const Parameters *p) {
    double reach = 1.0 / p->challenger_cost;
    double price = p->superpower_cost / p->effectiveness;
    Built ally = best_force(p->ally_cost, p->challenger_cost, p->challenger_forces, reach);
    double superpower_best = 0.0;
    if (p->stake > 0.0)
        superpower_best = best_force(price / p->stake, p->challenger_cost, p->challenger_forces, reach).force;
    return (Costs){reach, price, ally.force, ally.p, superpower_best};
}

KERNEL Terms terms(const Parameters *p, const Costs *known) {
    double war_costs = p->ally_war_cost + p->challenger_war_cost;
    double surplus = p->bargaining_power * war_costs;
    double ally_edge = p->status_quo + p->ally_war_cost;
    double challenger_edge = p->status_quo - p->challenger_war_cost;
    if (challenger_edge - (surplus - p->challenger_war_cost) >= p->status_quo) surplus = 0.0;
    double nothing = surplus - p->challenger_war_cost;
    return (Terms){
        .ally_cost = p->ally_cost,
        .challenger_cost = p->challenger_cost,
        .superpower_cost = p->superpower_cost,
        .status_quo = p->status_quo,
        .ally_war_cost = p->ally_war_cost,
        .ally_forces = p->ally_forces,
        .challenger_forces = p->challenger_forces,
        .effectiveness = p->effectiveness,
        .stake = p->stake,
        .autonomy_cost = p->autonomy_cost,
        .alliance_cost = p->alliance_cost,
        .challenger_reach = known->challenger_reach,
        .price = known->price,
        .ally_best = known->ally_best,
        .ally_best_p = known->ally_best_p,
        .superpower_best = known->superpower_best,
        .war_costs = war_costs,
        .surplus = surplus,
        .ally_edge = ally_edge,
        .challenger_edge = challenger_edge,
        .nothing = nothing,
        .nothing_held = max(0.0, min(nothing, challenger_edge)),
        .everything = 1.0 + (p->ally_war_cost - surplus),
        .standing = p->challenger_cost * p->challenger_forces,
        .bargain = ally_edge * war_costs * (1.0 - p->bargaining_power),
    };
}

/* ---- challenger ---- */

typedef struct {
    double quiet, holding, edge, bare, neutralising, yielding, capitulation, revising_p;
} Levels;

typedef struct {
    double defence, slope;
} Holding;

KERNEL Fight challenge(const Terms *t, double defence) {
    double standing = win_probability(defence, t->challenger_forces);
    double wanted = min(t->challenger_edge, max(sqrt(t->challenger_cost * defence), t->nothing_held));
    if (standing <= wanted) return (Fight){standing, 0.0};
    return (Fight){wanted, max(0.0, defence * (1.0 - wanted) / wanted - t->challenger_forces)};
}

KERNEL double conceded(const Terms *t, double p) { return max(0.0, p - t->nothing); }

KERNEL double challenge_loss(const Terms *t, double defence) {
    Fight fight = challenge(t, defence);
    return conceded(t, fight.p) + t->challenger_cost * fight.arms;
}

KERNEL double neutralising_arms(const Terms *t, const Levels *levels, double alpha) {
    return max(0.0, levels->neutralising * alpha - t->challenger_forces);
}

KERNEL double demanded(const Terms *t, double p) { return min(1.0, p - t->ally_war_cost + t->surplus); }

KERNEL double deterring_defence(const Terms *t, double arms) {
    double spent = t->challenger_cost * arms + t->standing;
    double rest = (1.0 - t->status_quo) - t->nothing - spent;
    double y = (t->challenger_edge + t->surplus + spent) / (1.0 + sqrt(max(0.0, rest)));
    if (y < t->challenger_edge) return y * y * t->challenger_reach;
    double p = t->challenger_edge, taken = min(t->surplus, t->status_quo);
    return (t->challenger_forces + arms + taken * t->challenger_reach) * p / (1.0 - p);
}

KERNEL Holding holding_defence(const Terms *t, double quiet, double neutralising, double backing) {
    if (neutralising == 0.0) return (Holding){quiet, 0.0};
    double spare = 1.0 - t->ally_edge;
    double below = sqrt(t->bargain + t->challenger_cost * spare * backing);
    double y = t->ally_edge - below;
    bool free = (below >= t->war_costs) & (y > t->nothing_held);
    double p = y, taken = 0.0;
    below = max(below, TINY);
    if (!free) {
        p = t->challenger_edge, below = t->war_costs, taken = min(t->surplus, t->status_quo);
        if (y <= t->nothing_held)
            p = t->nothing_held, below = t->ally_edge - t->nothing_held, taken = t->status_quo;
    }
    double odds = p / below;
    double slope = spare * odds;
    double defence = y * y * t->challenger_reach;
    if (!free) defence = taken * t->challenger_reach * (t->ally_edge * odds) - slope * backing;
    if (defence > quiet) return (Holding){defence, slope};
    return (Holding){quiet, 0.0};
}

KERNEL double backing_to_hold(const Terms *t, const Levels *levels, double defence) {
    double spared = challenge_loss(t, defence) - t->status_quo;
    if (spared < 0.0 || levels->neutralising == 0.0) return INFINITY;
    return max(0.0, defence - (t->challenger_forces + spared * t->challenger_reach) / levels->neutralising);
}

KERNEL double yielding_force(const Terms *t, double neutralising) {
    if (neutralising == 0.0) return INFINITY;
    double y = t->ally_edge + sqrt(t->ally_edge * t->surplus), force;
    if (y * (1.0 - y) >= t->standing) {
        force = y * y * t->challenger_reach;
    } else {
        double left = t->ally_edge - t->surplus - t->standing;
        force = larger_root(
            t->challenger_cost * neutralising,
            left + t->standing * neutralising - 1.0,
            t->challenger_forces * left
        );
    }
    double exhausted = t->challenger_forces + (1.0 - t->status_quo) * t->challenger_reach;
    if (force * neutralising <= exhausted) return force;
    return exhausted / neutralising;
}

KERNEL double revising_p(const Terms *t, double yielding) {
    double least = yielding == INFINITY ? t->ally_forces : max(yielding, t->ally_forces);
    return contested_by(least, t->challenger_cost, t->challenger_forces);
}

KERNEL double capitulation_force(const Terms *t) {
    if (t->everything >= 1.0) return INFINITY;
    if (t->everything <= 0.0) return 0.0;
    double left = t->surplus - t->ally_war_cost - t->standing;
    if (left >= 0.0) {
        double y = 1.0 - sqrt(left);
        if (y > 0.0 && y * (1.0 - y) > t->standing) return y * y * t->challenger_reach;
    }
    return t->challenger_forces * t->everything / (t->surplus - t->ally_war_cost);
}

KERNEL Levels levels(const Terms *t) {
    double neutralising = max(0.0, 1.0 - t->ally_edge) / t->ally_edge;
    double quiet = 0.0, holding = 0.0, edge = 0.0, bare = 0.0;
    if (t->challenger_edge > 0.0) {
        quiet = deterring_defence(t, 0.0);
        holding = holding_defence(t, quiet, neutralising, 0.0).defence;
        edge = force_to_win(t, t->challenger_edge);
        bare = challenge(t, t->ally_forces).p;
    }
    double yielding = yielding_force(t, neutralising);
    return (Levels){
        .quiet = quiet,
        .holding = holding,
        .edge = edge,
        .bare = bare,
        .neutralising = neutralising,
        .yielding = yielding,
        .capitulation = capitulation_force(t),
        .revising_p = revising_p(t, yielding),
    };
}

KERNEL bool yields(const Terms *t, const Levels *levels, double alpha) {
    bool takes = t->surplus > 0.0;
    return (takes & (alpha >= levels->yielding)) | (!takes & (alpha > levels->yielding * (1.0 + ROUNDING)));
}

KERNEL double arms_against(
    const Terms *t, const Levels *levels, double backing, double alpha, double crisis
) {
    double arms = 0.0;
    if (crisis == ALLY_CHALLENGES && alpha < levels->capitulation) arms = contested(t, alpha).arms;
    if (crisis == CHALLENGER_CHALLENGES) arms = challenge(t, alpha + backing).arms;
    if (crisis == QUIET) arms = neutralising_arms(t, levels, alpha);
    return arms;
}

/* ---- ally ---- */

typedef struct {
    double alpha, crisis, settlement, payoff;
} Act;

typedef struct {
    double force, settlement, payoff;
} Zone;

KERNEL Zone revision(const Terms *t, const Levels *levels) {
    double least = max(levels->yielding, t->ally_forces);
    double overwhelming = max(least, levels->capitulation);
    double payoff = 1.0 - t->ally_cost * (overwhelming - t->ally_forces);
    double force = max(least, t->ally_best);
    if (force < levels->capitulation && !(t->surplus == 0.0 && force == levels->yielding)) {
        double taken = demanded(t, force > least ? t->ally_best_p : levels->revising_p);
        double fighting = taken - t->ally_cost * (force - t->ally_forces);
        if (fighting >= payoff) return (Zone){force, taken, fighting};
    }
    return (Zone){overwhelming, 1.0, payoff};
}

KERNEL Built concession_defence(const Terms *t, const Levels *levels) {
    if (t->ally_best < levels->edge) return (Built){t->ally_best, t->ally_best_p};
    if (t->surplus == 0.0) return (Built){0.0, 0.0};
    return (Built){levels->edge, t->challenger_edge};
}

KERNEL Zone concession(const Terms *t, const Levels *levels, double backing, double bare) {
    double settlement = conceded(t, bare);
    Built built = concession_defence(t, levels);
    double arms = built.force - backing - t->ally_forces;
    if (arms > 0.0) {
        double arming = conceded(t, built.p) - t->ally_cost * arms;
        if (arming >= settlement - ROUNDING)
            return (Zone){built.force - backing, conceded(t, built.p), arming};
    }
    return (Zone){t->ally_forces, settlement, settlement};
}

KERNEL bool revision_is_closer(const Terms *t, double taken, double kept) {
    return taken - t->status_quo < t->status_quo - kept;
}

KERNEL Act best_act(const Terms *t, const Levels *levels, double backing, double holding, double bare) {
    Act act = {t->ally_forces, QUIET, t->status_quo, -INFINITY};
    if (!yields(t, levels, t->ally_forces)) {
        act.alpha = max(t->ally_forces, holding - backing);
        act.payoff = t->status_quo - t->ally_cost * (act.alpha - t->ally_forces);
        if (act.payoff < t->status_quo - min(t->surplus, t->status_quo) && act.alpha > t->ally_forces) {
            Zone zone = concession(t, levels, backing, bare);
            if (zone.payoff > act.payoff + ROUNDING)
                act = (Act){zone.force, CHALLENGER_CHALLENGES, zone.settlement, zone.payoff};
        }
    }
    if (1.0 - t->ally_cost * (max(levels->yielding, t->ally_forces) - t->ally_forces)
        >= act.payoff - ROUNDING) {
        Zone zone = revision(t, levels);
        bool ties = (zone.payoff >= act.payoff - ROUNDING) & (act.crisis == CHALLENGER_CHALLENGES);
        bool closer = revision_is_closer(t, zone.settlement, act.settlement);
        if ((zone.payoff > act.payoff + ROUNDING) | (ties & closer))
            act = (Act){zone.force, ALLY_CHALLENGES, zone.settlement, zone.payoff};
    }
    return act;
}

KERNEL Act ally_alone(const Terms *t, const Levels *levels) {
    return best_act(t, levels, 0.0, levels->holding, levels->bare);
}

/* ---- superpower ---- */

enum { NO_PLEDGE, REFUSAL, CONCESSION, REVISION, PRICE };
enum { STEPS = 64 };

typedef struct {
    double loss, backing, crisis, settlement;
    long limit;
} Offer;

typedef struct {
    double backing;
    bool more;
} Need;

KERNEL Offer no_alliance(const Terms *t, const Act *alone) {
    double loss = t->stake * fabs(alone->settlement - t->status_quo);
    return (Offer){loss, 0.0, alone->crisis, alone->settlement, NO_PLEDGE};
}

KERNEL bool may_pay(const Terms *t, const Levels *levels, const Act *alone, const Offer *nothing) {
    bool threatened = (t->challenger_edge > 0.0) & !yields(t, levels, t->ally_forces);
    bool signs = alone->payoff + t->autonomy_cost <= t->status_quo + ROUNDING;
    return threatened & signs & (nothing->loss > t->alliance_cost);
}

KERNEL double backing_against_refusal(const Terms *t, const Levels *levels, const Act *alone) {
    double reservation = alone->payoff + t->autonomy_cost;
    double alpha = t->ally_forces + max(0.0, t->status_quo - reservation) / t->ally_cost;
    return max(0.0, deterring_defence(t, neutralising_arms(t, levels, alpha)) - alpha);
}

KERNEL Need backing_where_arming(const Terms *t, const Levels *levels, double start) {
    Built built = concession_defence(t, levels);
    bool arming = t->ally_forces + start < built.force;
    double backing = start;
    if (arming) {
        double bearable = built.force + (t->status_quo - conceded(t, built.p)) / t->ally_cost;
        if (holding_defence(t, levels->quiet, levels->neutralising, start).defence > bearable)
            backing = backing_to_hold(t, levels, bearable);
        if (t->ally_forces + backing > built.force) backing = built.force - t->ally_forces, arming = false;
    }
    return (Need){backing, !arming};
}

KERNEL Need nearer(const Terms *t, const Levels *levels, double backing) {
    double defence = t->ally_forces + backing;
    Holding holding = holding_defence(t, levels->quiet, levels->neutralising, backing);
    double worth = t->status_quo - t->ally_cost * (holding.defence - defence);
    double p = min(contested_by(defence, t->challenger_cost, t->challenger_forces), t->challenger_edge);
    if (worth >= conceded(t, p)) return (Need){backing, false};
    double rise = t->ally_cost * (1.0 + holding.slope);
    double run = 1.0 / rise;
    double base = worth + t->nothing - rise * defence;
    double unarmed = larger_root(rise, base + rise * t->challenger_forces - 1.0, base * t->challenger_forces);
    double y = 1.0 + sqrt(max(0.0, 1.0 - 4.0 * rise * base * t->challenger_reach));
    y *= 0.5 * t->challenger_cost * run;
    double edge = (t->challenger_edge - base) * run;
    double more = min(min(unarmed, y * y * t->challenger_reach), edge) - t->ally_forces;
    if (more > backing) return (Need){more, true};
    return (Need){backing, false};
}

KERNEL Offer cheaper(const Terms *t, const Offer *best, double backing, double settlement, long limit) {
    double cost = t->alliance_cost + t->price * backing + t->stake * (t->status_quo - settlement);
    double gain = best->loss - cost, nothing = ROUNDING * t->stake;
    if ((gain > nothing) | ((gain >= -nothing) & (backing < best->backing)))
        return (Offer){cost, backing, CHALLENGER_CHALLENGES, settlement, limit};
    return *best;
}

KERNEL Offer arming_offer(const Terms *t, const Levels *levels, const Act *alone, const Offer *best) {
    if (alone->crisis == CHALLENGER_CHALLENGES && alone->alpha > t->ally_forces) return *best;
    Built built = concession_defence(t, levels);
    double settlement = conceded(t, built.p);
    double arms = built.force - t->ally_forces;
    double backing = arms - (settlement - (alone->payoff + t->autonomy_cost)) / t->ally_cost;
    if (0.0 < backing && backing <= arms) return cheaper(t, best, backing, settlement, REFUSAL);
    return *best;
}

KERNEL Offer offer_to_make_hold(
    const Terms *t, const Levels *levels, const Act *alone, const Offer *nothing,
    double refusal, double backing
) {
    Offer best = *nothing;
    backing = max(backing, TINY);
    double cost = t->alliance_cost + t->price * backing;
    if (cost < nothing->loss - ROUNDING * t->stake)
        best = (Offer){cost, backing, QUIET, t->status_quo, backing > refusal ? CONCESSION : REFUSAL};
    best = arming_offer(t, levels, alone, &best);
    if (isnan(backing)) return (Offer){backing, backing, QUIET, backing, NO_PLEDGE};
    return best;
}

KERNEL bool buying_may_pay(const Terms *t, const Levels *levels, const Offer *best) {
    Built built = concession_defence(t, levels);
    double arms = max(0.0, built.force - t->ally_forces);
    double least = t->price * arms + t->stake * min(t->surplus, t->status_quo);
    return t->alliance_cost + least <= best->loss;
}

KERNEL Offer buying_offer(const Terms *t, const Levels *levels, const Act *alone, const Offer *best) {
    double floor = alone->payoff + t->autonomy_cost + t->nothing;
    if (alone->crisis == CHALLENGER_CHALLENGES && t->autonomy_cost == 0.0) floor = 0.0;
    if (floor > t->challenger_edge) return *best;
    double defence = max(t->superpower_best, concession_defence(t, levels).force);
    long limit = PRICE;
    if (floor > 0.0) {
        double accepted = force_to_win(t, floor);
        if (accepted > defence) defence = accepted, limit = REFUSAL;
    }
    double backing = min(defence, levels->edge) - t->ally_forces;
    if (backing <= 0.0 || (defence >= levels->edge && t->surplus == 0.0)) return *best;
    double p = challenge(t, t->ally_forces + backing).p;
    return cheaper(t, best, backing, conceded(t, p), limit);
}

KERNEL double forces_behind(const Terms *t, const Levels *levels, const Act *alone, const Offer *offer) {
    if (offer->limit == NO_PLEDGE) return alone->alpha;
    if (offer->crisis == QUIET) {
        double worth = alone->payoff + t->autonomy_cost;
        if (offer->limit == CONCESSION) {
            double bare = challenge(t, t->ally_forces + offer->backing).p;
            worth = concession(t, levels, offer->backing, bare).payoff;
        }
        return t->ally_forces + max(0.0, t->status_quo - worth) / t->ally_cost;
    }
    return max(t->ally_forces, concession_defence(t, levels).force - offer->backing);
}

KERNEL double backing_against_conceding(
    const Terms *t, const Levels *levels, double start, bool more, int steps
) {
    Need need = {start, more};
    for (; need.more && steps < STEPS; steps++) need = nearer(t, levels, need.backing);
    return need.more ? NAN : need.backing;
}

KERNEL Offer best_offer(const Terms *t, const Levels *levels, const Act *alone) {
    Offer nothing = no_alliance(t, alone);
    if (!may_pay(t, levels, alone, &nothing)) return nothing;
    double refusal = backing_against_refusal(t, levels, alone);
    Need start = backing_where_arming(t, levels, refusal);
    double backing = backing_against_conceding(t, levels, start.backing, start.more, 0);
    Offer best = offer_to_make_hold(t, levels, alone, &nothing, refusal, backing);
    if (buying_may_pay(t, levels, &best)) best = buying_offer(t, levels, alone, &best);
    return best;
}

/* ---- equilibrium ---- */

static const double UNSOLVED = -1.0;

enum {
    REGIME_REVISION,
    REGIME_RESTRAINT,
    REGIME_SELF_RELIANCE,
    REGIME_DETERRENCE,
    REGIME_PARTIAL,
    REGIME_CONCESSION
};

/* the variables that are codes, among those of a `Solution` */
enum { REGIME = 0, CRISIS = 5, CRISIS_WITHOUT = 12, VARIABLES = 19, FLOATS = 16 };

typedef struct {
    double regime, pledge, ally_arms, challenger_arms, settlement, crisis;
    double superpower_payoff, ally_payoff, challenger_payoff;
    double ally_arms_without, challenger_arms_without, settlement_without, crisis_without;
    double superpower_payoff_without, ally_payoff_without, challenger_payoff_without;
    double burden_share, aggrandizement, provocation;
} Solution;

typedef struct {
    double alpha, challenger_arms, settlement, crisis;
} Path;

typedef struct {
    double regime, crisis, crisis_without;
} Codes;

KERNEL double regime(bool pledged, double crisis, double crisis_without) {
    bool revises = crisis_without == ALLY_CHALLENGES;
    double alone = crisis_without == QUIET ? REGIME_SELF_RELIANCE : REGIME_CONCESSION;
    double allied = crisis == QUIET ? REGIME_DETERRENCE : REGIME_PARTIAL;
    if (revises) alone = REGIME_REVISION;
    if (revises & (crisis == QUIET)) allied = REGIME_RESTRAINT;
    return pledged ? allied : alone;
}

KERNEL Solution solution(
    const Terms *t, const Path *without, const Path *path, double backing, bool pledged
) {
    double a0 = without->alpha - t->ally_forces, a = path->alpha - t->ally_forces;
    double b0 = without->challenger_arms, b = path->challenger_arms;
    double x0 = without->settlement, x = path->settlement;
    double s = backing / t->effectiveness;
    double loss0 = t->stake * fabs(x0 - t->status_quo);
    double ally_payoff0 = x0 - t->ally_cost * a0;
    double challenger_payoff0 = 1.0 - x0 - t->challenger_cost * b0;
    double loss = loss0, ally_payoff = ally_payoff0, challenger_payoff = challenger_payoff0;
    if (pledged) {
        loss = t->stake * fabs(x - t->status_quo) + t->superpower_cost * s + t->alliance_cost;
        ally_payoff = x - t->ally_cost * a - t->autonomy_cost;
        challenger_payoff = 1.0 - x - t->challenger_cost * b;
    }
    double spent = t->superpower_cost * s + t->ally_cost * a;
    return (Solution){
        .regime = regime(pledged, path->crisis, without->crisis),
        .pledge = s,
        .ally_arms = a,
        .challenger_arms = b,
        .settlement = x,
        .crisis = path->crisis,
        .superpower_payoff = 0.0 - loss,
        .ally_payoff = ally_payoff,
        .challenger_payoff = challenger_payoff,
        .ally_arms_without = a0,
        .challenger_arms_without = b0,
        .settlement_without = x0,
        .crisis_without = without->crisis,
        .superpower_payoff_without = 0.0 - loss0,
        .ally_payoff_without = ally_payoff0,
        .challenger_payoff_without = challenger_payoff0,
        .burden_share = spent > 0.0 ? t->superpower_cost * s / spent : NAN,
        .aggrandizement = path->alpha + backing - without->alpha,
        .provocation = b - b0,
    };
}

KERNEL Path path_alone(const Terms *t, const Levels *levels, const Act *alone) {
    double arms = arms_against(t, levels, 0.0, alone->alpha, alone->crisis);
    return (Path){alone->alpha, arms, alone->settlement, alone->crisis};
}

KERNEL Path path_behind(const Terms *t, const Levels *levels, const Act *alone, const Offer *offer) {
    double alpha = forces_behind(t, levels, alone, offer);
    double arms = arms_against(t, levels, offer->backing, alpha, offer->crisis);
    return (Path){alpha, arms, offer->settlement, offer->crisis};
}

KERNEL Solution unsolved(void) {
    return (Solution){
        UNSOLVED, NAN, NAN, NAN, NAN, QUIET, NAN, NAN, NAN, NAN,
        NAN, NAN, QUIET, NAN, NAN, NAN, NAN, NAN, NAN,
    };
}

KERNEL Solution solved(const Terms *t, const Path *without, const Path *path, const Offer *offer) {
    if (isnan(offer->backing)) return unsolved();
    return solution(t, without, path, offer->backing, offer->limit != NO_PLEDGE);
}

KERNEL Codes codes_of(const Act *alone, const Offer *offer) {
    if (isnan(offer->backing)) return (Codes){UNSOLVED, QUIET, QUIET};
    return (Codes){
        regime(offer->limit != NO_PLEDGE, offer->crisis, alone->crisis), offer->crisis, alone->crisis
    };
}

/* ---- lanes: the games of a block; a move is computed in all of them before the next move ---- */

/* the lanes of a block, and from how many lanes on a step is faster together than one by one */
enum { LANES = 64, MANY = 16 };

#define FIELDS(type) (sizeof(type) / sizeof(double))

/* the fields of each type by lane; `offer` without its limit */
typedef struct {
    double parameters[FIELDS(Parameters)][LANES];
    double costs[FIELDS(Costs)][LANES];
    double levels[FIELDS(Levels)][LANES];
    double alone[FIELDS(Act)][LANES];
    double offer[4][LANES];
    long limit[LANES];
    long pays[LANES];
    double refusal[LANES];
    double backing[LANES];
    long more[LANES];
    long buys[LANES];
    double without[FIELDS(Path)][LANES];
    double behind[FIELDS(Path)][LANES];
    double variables[FIELDS(Solution)][LANES];
} __attribute__((aligned(64))) Block;

KERNEL Parameters parameters_at(const Block *block, long n) {
    const double(*p)[LANES] = block->parameters;
    return (Parameters){
        p[0][n], p[1][n], p[2][n], p[3][n], p[4][n], p[5][n], p[6][n], p[7][n],
        p[8][n], p[9][n], p[10][n], p[11][n], p[12][n], p[13][n], p[14][n],
    };
}

KERNEL Terms terms_at(const Block *block, long n) {
    const double(*c)[LANES] = block->costs;
    Parameters p = parameters_at(block, n);
    Costs known = {c[0][n], c[1][n], c[2][n], c[3][n], c[4][n]};
    return terms(&p, &known);
}

KERNEL Levels levels_at(const Block *block, long n) {
    const double(*v)[LANES] = block->levels;
    return (Levels){v[0][n], v[1][n], v[2][n], v[3][n], v[4][n], v[5][n], v[6][n], v[7][n]};
}

KERNEL Act alone_at(const Block *block, long n) {
    const double(*v)[LANES] = block->alone;
    return (Act){v[0][n], v[1][n], v[2][n], v[3][n]};
}

KERNEL Offer offer_at(const Block *block, long n) {
    const double(*v)[LANES] = block->offer;
    return (Offer){v[0][n], v[1][n], v[2][n], v[3][n], block->limit[n]};
}

KERNEL Path path_at(const double (*v)[LANES], long n) {
    return (Path){v[0][n], v[1][n], v[2][n], v[3][n]};
}

KERNEL void put_offer(Block *block, long n, const Offer *offer) {
    double(*v)[LANES] = block->offer;
    v[0][n] = offer->loss, v[1][n] = offer->backing, v[2][n] = offer->crisis, v[3][n] = offer->settlement;
    block->limit[n] = offer->limit;
}

KERNEL void put_costs(Block *block, long n, const Costs *known) {
    double(*c)[LANES] = block->costs;
    c[0][n] = known->challenger_reach, c[1][n] = known->price, c[2][n] = known->ally_best;
    c[3][n] = known->ally_best_p, c[4][n] = known->superpower_best;
}

KERNEL void put_levels(Block *block, long n, const Levels *known) {
    double(*v)[LANES] = block->levels;
    v[0][n] = known->quiet, v[1][n] = known->holding, v[2][n] = known->edge, v[3][n] = known->bare;
    v[4][n] = known->neutralising, v[5][n] = known->yielding, v[6][n] = known->capitulation;
    v[7][n] = known->revising_p;
}

/* in a map all games of a row have the same costs */
APART void set_costs(Block *block, const Costs *known) {
    FOR_LANES(n) put_costs(block, n, known);
}

APART void set_levels(Block *block) {
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels known = levels(&t);
        put_levels(block, n, &known);
    }
}

APART bool act_alone(Block *block) {
    long some = 0;
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Act alone = ally_alone(&t, &lv);
        Offer nothing = no_alliance(&t, &alone);
        long pays = may_pay(&t, &lv, &alone, &nothing);
        double(*v)[LANES] = block->alone;
        v[0][n] = alone.alpha, v[1][n] = alone.crisis, v[2][n] = alone.settlement, v[3][n] = alone.payoff;
        put_offer(block, n, &nothing);
        block->pays[n] = pays;
        some |= pays;
    }
    return some;
}

APART bool refuse(Block *block) {
    long some = 0;
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Act alone = alone_at(block, n);
        double refusal = block->pays[n] ? backing_against_refusal(&t, &lv, &alone) : INFINITY;
        long arms = t.ally_forces + refusal < concession_defence(&t, &lv).force;
        block->refusal[n] = refusal, block->backing[n] = refusal, block->more[n] = block->pays[n];
        some |= arms;
    }
    return some;
}

APART void arm(Block *block) {
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Need need = backing_where_arming(&t, &lv, block->refusal[n]);
        block->backing[n] = need.backing, block->more[n] = need.more && block->pays[n];
    }
}

APART long step(Block *block) {
    long moving = 0;
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Need kept = {block->backing[n], false};
        Need need = block->more[n] ? nearer(&t, &lv, kept.backing) : kept;
        long more = need.more;
        block->backing[n] = need.backing, block->more[n] = more;
        moving += more;
    }
    return moving;
}

APART void concede(Block *block) {
    long moving = 0;
    FOR_LANES(n) moving += block->more[n];
    int steps = 0;
    for (; moving > MANY && steps < STEPS; steps++) moving = step(block);
    for (long n = 0; moving > 0 && n < LANES; n++)
        if (block->more[n]) {
            Terms t = terms_at(block, n);
            Levels lv = levels_at(block, n);
            block->backing[n] = backing_against_conceding(&t, &lv, block->backing[n], true, steps);
        }
}

APART bool offer_to_hold(Block *block) {
    long some = 0;
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Act alone = alone_at(block, n);
        Offer offer = offer_at(block, n);
        long buys = 0;
        if (block->pays[n]) {
            offer = offer_to_make_hold(&t, &lv, &alone, &offer, block->refusal[n], block->backing[n]);
            buys = buying_may_pay(&t, &lv, &offer);
        }
        put_offer(block, n, &offer);
        block->buys[n] = buys;
        some |= buys;
    }
    return some;
}

APART void offer_to_buy(Block *block) {
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Act alone = alone_at(block, n);
        Offer offer = offer_at(block, n);
        if (block->buys[n]) offer = buying_offer(&t, &lv, &alone, &offer);
        put_offer(block, n, &offer);
    }
}

static void solve_lanes(Block *block) {
    if (!act_alone(block)) return;
    if (refuse(block)) arm(block);
    concede(block);
    if (offer_to_hold(block)) offer_to_buy(block);
}

APART void set_regimes(Block *block) {
    double(*v)[LANES] = block->variables;
    FOR_LANES(n) {
        Act alone = alone_at(block, n);
        Offer offer = offer_at(block, n);
        Codes codes = codes_of(&alone, &offer);
        v[REGIME][n] = codes.regime, v[CRISIS][n] = codes.crisis, v[CRISIS_WITHOUT][n] = codes.crisis_without;
    }
}

APART void set_variables(Block *block) {
    double(*p)[LANES] = block->without, (*s)[LANES] = block->behind, (*v)[LANES] = block->variables;
    long is_signed = 0;
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Levels lv = levels_at(block, n);
        Act alone = alone_at(block, n);
        Path path = path_alone(&t, &lv, &alone);
        p[0][n] = path.alpha, p[1][n] = path.challenger_arms;
        p[2][n] = path.settlement, p[3][n] = path.crisis;
        is_signed |= block->limit[n];
    }
    if (is_signed) {
        FOR_LANES(n) {
            Terms t = terms_at(block, n);
            Levels lv = levels_at(block, n);
            Act alone = alone_at(block, n);
            Offer offer = offer_at(block, n);
            Path path = path_behind(&t, &lv, &alone, &offer);
            s[0][n] = path.alpha, s[1][n] = path.challenger_arms;
            s[2][n] = path.settlement, s[3][n] = path.crisis;
        }
    } else memcpy(block->behind, block->without, sizeof block->without);
    FOR_LANES(n) {
        Terms t = terms_at(block, n);
        Offer offer = offer_at(block, n);
        Path without = path_at(block->without, n), path = path_at(block->behind, n);
        Solution found = solved(&t, &without, &path, &offer);
        v[0][n] = found.regime, v[1][n] = found.pledge, v[2][n] = found.ally_arms;
        v[3][n] = found.challenger_arms, v[4][n] = found.settlement, v[5][n] = found.crisis;
        v[6][n] = found.superpower_payoff, v[7][n] = found.ally_payoff, v[8][n] = found.challenger_payoff;
        v[9][n] = found.ally_arms_without, v[10][n] = found.challenger_arms_without;
        v[11][n] = found.settlement_without, v[12][n] = found.crisis_without;
        v[13][n] = found.superpower_payoff_without, v[14][n] = found.ally_payoff_without;
        v[15][n] = found.challenger_payoff_without, v[16][n] = found.burden_share;
        v[17][n] = found.aggrandizement, v[18][n] = found.provocation;
    }
}

/* ---- grid ---- */

enum { GROUP = 16, TILE_ROWS = 64, TILE_COLUMNS = GROUP * LANES };

static const int WHICH_FLOATS[FLOATS] = {1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18};
static const int WHICH_CODES[] = {REGIME, CRISIS, CRISIS_WITHOUT};

KERNEL long least(long a, long b) { return b < a ? b : a; }

/* Writes the wanted results of the first `games` lanes of a block, from game `start` of `all` on. */
APART void put_block(
    const Block *block, long games, long start, long all, double *restrict floats, signed char *restrict codes
) {
    for (int j = 0; floats && j < FLOATS; j++) {
        double *restrict out = floats + j * all + start;
        const double *found = block->variables[WHICH_FLOATS[j]];
        for (long n = 0; n < games; n++) out[n] = found[n];
    }
    for (int j = 0; j < (floats ? 3 : 1); j++) {
        signed char *restrict signs = codes + j * all + start;
        const double *found = block->variables[WHICH_CODES[j]];
        for (long n = 0; n < games; n++) signs[n] = (signed char)found[n];
    }
}

/* Solves a tile of the map, row by row. What depends only on the column is computed once. */
static void solve_tile(
    const double *ally_cost, long first_row, long last_row, long rows, const double *status_quo,
    long first_column, long last_column, long columns, const double *fixed, double *floats, signed char *codes
) {
    Block blocks[GROUP];
    long count = (last_column - first_column + LANES - 1) / LANES;
    for (long g = 0; g < count; g++) {
        long column = first_column + g * LANES;
        for (int k = 0; k < PARAMETERS; k++)
            for (long n = 0; n < LANES; n++) blocks[g].parameters[k][n] = fixed[k];
        for (long n = 0; n < LANES; n++)
            blocks[g].parameters[STATUS_QUO][n] = status_quo[least(column + n, last_column - 1)];
    }
    for (long row = first_row; row < last_row; row++) {
        Parameters p = parameters_of(fixed, ally_cost[row], status_quo[first_column]);
        Costs known = costs(&p);
        for (long g = 0; g < count; g++) {
            Block *block = &blocks[g];
            long column = first_column + g * LANES;
            for (long n = 0; n < LANES; n++) block->parameters[ALLY_COST][n] = ally_cost[row];
            set_costs(block, &known);
            if (row == first_row) set_levels(block);
            solve_lanes(block);
            if (floats) set_variables(block);
            else set_regimes(block);
            long games = least(LANES, last_column - column);
            put_block(block, games, row * columns + column, rows * columns, floats, codes);
        }
    }
}

/* Solves every game of a map: row i has ally_cost[i], column j has status_quo[j], and the other parameters
   are `fixed`, in the order of `Parameters`. Writes 16 floats and 3 codes of each game, one variable after
   another, or only the regime if `floats` is NULL. */
void solve_map(
    const double *ally_cost, long rows, const double *status_quo, long columns, const double *fixed,
    double *floats, signed char *codes, int threads
) {
    long high = (rows + TILE_ROWS - 1) / TILE_ROWS, wide = (columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (long tile = 0; tile < high * wide; tile++) {
        long row = tile / wide * TILE_ROWS, column = tile % wide * TILE_COLUMNS;
        solve_tile(
            ally_cost, row, least(row + TILE_ROWS, rows), rows, status_quo,
            column, least(column + TILE_COLUMNS, columns), columns, fixed, floats, codes
        );
    }
}

/* ---- one by one ---- */

/* Does the same as `solve_map`, each game by itself. */
void solve_games_one_by_one(
    const double *ally_cost, long rows, const double *status_quo, long columns, const double *fixed,
    double *floats, signed char *codes, int threads
) {
    long games = rows * columns;
#pragma omp parallel for collapse(2) schedule(dynamic, 1024) num_threads(threads)
    for (long row = 0; row < rows; row++)
        for (long column = 0; column < columns; column++) {
            long i = row * columns + column;
            Parameters p = parameters_of(fixed, ally_cost[row], status_quo[column]);
            Costs known = costs(&p);
            Terms t = terms(&p, &known);
            Levels lv = levels(&t);
            Act alone = ally_alone(&t, &lv);
            Offer offer = best_offer(&t, &lv, &alone);
            if (!floats) {
                codes[i] = (signed char)codes_of(&alone, &offer).regime;
                continue;
            }
            Path without = path_alone(&t, &lv, &alone), path = path_behind(&t, &lv, &alone, &offer);
            Solution found = solved(&t, &without, &path, &offer);
            const double values[FLOATS] = {
                found.pledge, found.ally_arms, found.challenger_arms, found.settlement,
                found.superpower_payoff, found.ally_payoff, found.challenger_payoff,
                found.ally_arms_without, found.challenger_arms_without, found.settlement_without,
                found.superpower_payoff_without, found.ally_payoff_without, found.challenger_payoff_without,
                found.burden_share, found.aggrandizement, found.provocation,
            };
            for (int j = 0; j < FLOATS; j++) floats[j * games + i] = values[j];
            codes[i] = (signed char)found.regime;
            codes[games + i] = (signed char)found.crisis;
            codes[2 * games + i] = (signed char)found.crisis_without;
        }
}
