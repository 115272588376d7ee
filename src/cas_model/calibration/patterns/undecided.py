"""Patterns that no table of a world decides yet, each with what is missing."""

from __future__ import annotations

from cas_model.calibration.patterns import not_measurable

not_measurable("P1", "Low, flat maturity under high ambition",
    "Mean stated policy ambition of 0.6 or more while the mean rater score is 1.6 or less",
    "S4 sections 2, 3.1; S1", "the model holds no stated policy ambition")  # fmt: skip
not_measurable("P4", "COVID jump, then cliff",
    "Legitimacy rises 0.15 or more within 12 months of the shock (without shock: in 8 years or more); within "
    "24 months of the end of funds initiatives fall 30 % or more, legitimacy stays above before",
    "S3 sections 3.1.2, 3.3.2", "legitimacy and initiatives are in no monthly table")  # fmt: skip
not_measurable("P7", "Familiarity precedes collaboration",
    "Contact Granger-leads coordination on 60 % or more of ties that end collaborative", "S3 section 3.5.3",
    "no table holds ties by month")  # fmt: skip
not_measurable("P8", "Path dependence",
    "Ties with an early breach have 20 % or more less trust 3 years later than matched ties",
    "S3 section 3.5.1", "no table holds ties by month")  # fmt: skip
not_measurable("P12", "Reform breeds waiting",
    "After a border announcement new long-horizon investments fall 15 % or more for 12 to 36 months",
    "S3 section 3.5.2; R65", "investments of councils are in no monthly table")  # fmt: skip
not_measurable("P13", "Reinvention across zones",
    "50 % or more of distinct initiatives appear in 3 or more zones when diffusion is off",
    "S3 section 3.2.2",
    "initiatives are amounts of six kinds, not distinct ones")  # fmt: skip
not_measurable("P14", "Pilots fade",
    "60 % or more of pilot activity is gone 24 months after the grant ends", "S0; S1; S4 section 5",
    "initiatives are in no monthly table")  # fmt: skip
not_measurable("P15", "The same volunteers are asked over and over",
    "The top 20 % of providers carry 50 % or more of council and pilot hours; they leave more often",
    "S4 section 5", "hours of single providers in councils are in no table")  # fmt: skip
not_measurable("P16", "Larger organisations attend more",
    "Rank correlation of size and attendance of 0.5 or more", "S3 section 3.3.1",
    "attendance is held per cluster, not per organisation")  # fmt: skip
not_measurable("P17", "Fees hold back coordination",
    "Providers with over 80 % fees spend 30 % or more less time on coordination than those below 50 %",
    "S4 section 5.3.1", "time on coordination and the pay of single providers are in no table")  # fmt: skip
not_measurable("P19", "Volunteers are not representative",
    "Mean readiness of joiners 0.5 standard deviations or more above all; effects in them overstate",
    "S4 section 5.3.2", "readiness of single providers, and who joined, are in no table")  # fmt: skip
not_measurable("P22", "An inverted U in zone size",
    "From 10 000 to 300 000 inhabitants an inner optimum exists, elsewhere for each index",
    "S4 section 5.2.1",
    "needs the territory redrawn in several sizes, which is an experiment of its own")  # fmt: skip
not_measurable("P24", "A personnel crisis cuts both ways",
    "Tie seeking peaks at moderate overload; coordination falls at severe overload",
    "S3 section 3.3.1; S4 table 2", "tie seeking and coordination by overload are in no table")  # fmt: skip
not_measurable("P25", "City dominance",
    "A municipality with over half of a zone has more of the agenda of local government than of inhabitants",
    "S3 section 3.2.3",
    "local government is one cluster; items of single municipalities are not held")  # fmt: skip
