"""What to check next time: a sentence for each mistake, for whoever made it."""

from __future__ import annotations

from collections.abc import Mapping

ADVICE: Mapping[str, str] = {
    "DC201": "differentiate once more and write down each number as it appears: the 2 of a square, the 1/n of a mean.",
    "DC202": "follow the minus signs from the loss downwards, and move the variable a little: does the loss rise?",
    "DC203": "write the shape under every factor: inner dimensions must agree, the outer two are the result's.",
    "DC204": "write the shape under every factor: inner dimensions must agree, the outer two are the result's.",
    "DC205": "look up whether the text writes the gradient as a column or as a row, and stay with it in every line.",
    "DC206": "matrix products do not commute: read off the order from the indices, equal letters side by side.",
    "DC207": "write one entry with its indices: a letter that is summed over asks for a matrix product.",
    "DC208": "write one entry with its indices: where no letter is summed over, the product is entrywise.",
    "DC209": "name each link of the chain: through an activation f goes a factor f', not f.",
    "DC210": "ask whether the forward pass or its derivative is meant at this place.",
    "DC211": "f' is taken where f was: at the pre-activation z, unless it is written with the value a itself.",
    "DC212": "count the layers between the two quantities: each activation on the way adds a factor f'.",
    "DC213": "go through the forward pass and ask what this factor was multiplied with there.",
    "DC214": "what is left after the sum must have the axes of the variable: sum over all others.",
    "DC215": "what is used for every sample, or in every place, has a gradient that is summed over them.",
    "DC216": "look at the loss: does it divide by the number of samples?",
    "DC217": "each output of a softmax or a norm depends on every input: write the entries with i ≠ j, too.",
    "DC218": "derivatives of x[i] by x[j] are delta(i,j): keep both letters until the sum is carried out.",
    "DC219": "say which fact the step uses, and whether the text gives it.",
    "DC220": "check with sizes that are all different: what holds for n = 1 or for square matrices may fail there.",
    "DC221": "a variable that occurs in several places gives one term for each of them.",
    "DC222": "each term needs an occurrence of the variable from which it comes.",
    "DC223": "differentiate the power by itself: the exponent comes down and is one less.",
    "DC224": "the derivative of a vector by a vector is a matrix: entrywise functions give a diagonal one.",
    "DC225": "read the line aloud beside the forward pass: is every function of it still there?",
    "DC226": "look up which function the layer applies, and differentiate that one.",
    "DC227": "keep constants exact until numbers are put in.",
    "DC228": "the variable stands on both sides of the matrix: the product rule gives a term for each.",
    "DC229": "write one entry with its indices and differentiate it line by line: `derivcheck derive FILE --steps`.",
    "DC230": "write the shape of the left side first: the right side has to have the same one.",
    "DC231": "compare two entries: the same factor has to turn each into that of the other side.",
    "DC232": "derivatives of tensors are multiplied by the chain rule, over all axes of what links them.",
    "DC233": "ask what else changes when the variable does: each path from it to the loss adds a term.",
    "DC234": "put in one number on each side of the boundary.",
    "DC235": "write down over which letters each sum runs, and which of its terms are zero.",
    "DC236": "name every factor of the forward product: differentiated by one, all the others stay.",
}
