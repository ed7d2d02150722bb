"""Equations as people state them, right and wrong, and their settled truth: one spec a file in `cases`.

`false` ones are refuted; `wrong` ones are refuted or have no meaning; `any` is settled by convention alone.
"""

from __future__ import annotations

TRUTHS: dict[str, dict[str, str]] = {
    "a_layer_behind_inverted_dropout": {
        "d1": "true", "d2": "false", "d3": "false", "d4": "false", "d5": "true", "d6": "false",
    },
    "a_quadratic_in_two_variables": {
        "a1": "true", "a2": "false", "a3": "true", "a4": "false",
    },
    "an_affine_op": {
        "x1": "true", "x2": "false", "x3": "true", "x4": "wrong", "x5": "true",
    },
    "backward_pass_of_log_softmax": {
        "a1": "true", "a2": "false", "a3": "true", "a4": "false", "a5": "true", "a6": "false",
    },
    "backward_pass_of_the_matrix_inverse": {
        "b1": "true", "b2": "false", "b3": "false", "b4": "false",
    },
    "binary_cross_entropy_of_one_batch": {
        "h1": "true", "h2": "false", "h3": "false", "h4": "true", "h5": "true",
    },
    "causal_attention_gradients_by_the_values": {
        "k1": "true", "k2": "false", "k3": "false",
    },
    "clipped_surrogate_of_ppo_one_token": {
        "p1": "true", "p2": "false", "p3": "false", "p4": "true", "p5": "true",
    },
    "convex_quadratics": {
        "s1": "false", "s2": "true", "s3": "true", "s4": "false", "s5": "true", "s6": "false", "s7": "true",
        "s8": "true", "s9": "true",
    },
    "correlation_of_one_channel_its_gradients_as": {
        "v1": "true", "v2": "wrong", "v3": "true",
    },
    "cross_entropy_through_the_jacobian_of": {
        "m1": "true", "m2": "true", "m3": "true", "m4": "false", "m5": "true", "m6": "true", "m7": "false",
    },
    "determinant_of_a_gram_matrix_numerator": {
        "g1": "true", "g2": "wrong", "g3": "false",
    },
    "elementwise_functions_of_linear_maps": {
        "y1": "true", "y2": "false", "y3": "wrong", "y4": "true", "y5": "wrong",
    },
    "embedding_lookup": {
        "e1": "true", "e2": "true", "e3": "wrong", "e4": "wrong",
    },
    "factorisation_machine": {
        "m1": "true", "m2": "true", "m3": "false", "m4": "true", "m5": "true", "m6": "true", "m7": "true",
        "m8": "false",
    },
    "facts_about_tanh": {
        "h1": "true", "h2": "false", "h3": "false", "h4": "true", "h5": "false", "h6": "true", "h7": "wrong",
        "h8": "true", "h9": "false",
    },
    "frobenius_norms": {
        "e1": "true", "e2": "invalid", "e3": "false", "e4": "true", "e5": "invalid", "e6": "invalid",
    },
    "gelu_tanh_approximation": {
        "e1": "true", "e2": "false", "e3": "false", "e4": "true", "e5": "true", "e6": "true",
    },
    "gradient_of_a_gradient_norm": {
        "a1": "true", "a2": "false", "a3": "true", "a4": "true", "a5": "true",
    },
    "gradient_through_a_matrix_product": {
        "l1": "true", "l2": "wrong", "l3": "true", "l4": "wrong",
    },
    "hessian_of_logistic_regression": {
        "i1": "true", "i2": "false", "i3": "true", "i4": "false", "i5": "invalid",
    },
    "huber_loss": {
        "h1": "true", "h2": "false", "h3": "true", "h4": "false", "h5": "true", "h6": "true",
    },
    "layer_norm_of_one_row_with_scale_and_shift": {
        "t1": "true", "t2": "false", "t3": "false", "t4": "true", "t5": "false", "t6": "true",
    },
    "log_determinant_at_a_symmetric_matrix": {
        "c1": "true", "c2": "false", "c3": "false", "c4": "true", "c5": "true", "c6": "false",
    },
    "log_determinants_of_low_rank_updates": {
        "b1": "true", "b2": "true", "b3": "false", "b4": "true", "b5": "false", "b6": "wrong",
    },
    "logistic_loss_with_labels_s": {
        "j1": "true", "j2": "true", "j3": "false", "j4": "true", "j5": "false",
    },
    "multinomial_logistic_regression_over_n": {
        "m1": "true", "m2": "wrong", "m3": "true", "m4": "false", "m5": "false",
    },
    "normalisation_over_a_batch_of_m_values": {
        "f1": "true", "f2": "true", "f3": "false", "f4": "false", "f5": "false", "f6": "true",
    },
    "one_node_of_a_hierarchical_softmax": {
        "c1": "true", "c2": "false", "c3": "true", "c4": "false",
    },
    "product_of_all_entries": {
        "o1": "true", "o2": "false", "o3": "true", "o4": "true", "o5": "true",
    },
    "ridge_regression_with_an_intercept_that_is": {
        "r1": "true", "r2": "true", "r3": "false", "r4": "false", "r5": "invalid", "r6": "false",
    },
    "rms_norm_over_the_features_of_n_rows": {
        "n1": "true", "n2": "false", "n3": "false", "n4": "true", "n5": "wrong", "n6": "false", "n7": "false",
    },
    "rotary_embedding_two_halves": {
        "r1": "true", "r2": "true", "r3": "false", "r4": "false", "r5": "true", "r6": "true",
    },
    "rules_for_linear_maps_denominator_layout": {
        "d1": "true", "d2": "wrong", "d3": "true", "d4": "invalid", "d5": "true",
    },
    "score_of_a_gaussian_policy": {
        "p1": "true", "p2": "false", "p3": "true", "p4": "false",
    },
    "softmax_backward": {
        "b1": "true", "b2": "false", "b3": "true", "b4": "true", "b5": "false", "b6": "false", "b7": "true",
        "b8": "false",
    },
    "softmax_derivative_by_cases": {
        "c1": "true", "c2": "true", "c3": "false", "c4": "true", "c5": "false", "c6": "true",
    },
    "softmax_regression_examples_in_rows": {
        "q1": "true", "q2": "wrong", "q3": "true", "q4": "false", "q5": "true",
    },
    "softmax_with_temperature": {
        "t1": "true", "t2": "false", "t3": "false", "t4": "true", "t5": "true", "t6": "false", "t7": "false",
    },
    "square_of_a_trace": {
        "u1": "true", "u2": "false", "u3": "false", "u4": "true",
    },
    "squared_error_sigmoid_no_biases": {
        "k1": "true", "k2": "false", "k3": "true", "k4": "false", "k5": "false", "k6": "true", "k7": "false",
    },
    "sums_of_traces": {
        "e3": "true", "e4": "false", "e5": "wrong",
    },
    "symmetric_quadratic_residual": {
        "l1": "false", "l2": "true", "l3": "true", "l4": "false",
    },
    "the_log_derivative_trick_over_n_actions": {
        "a1": "true", "a2": "false", "a3": "true", "a4": "false", "a5": "true", "a6": "false",
    },
    "the_trace_trick": {
        "e1": "true", "e2": "false", "e3": "true", "e4": "true", "e5": "true",
    },
    "trace_of_a_square_times_a_matrix": {
        "t1": "true", "t2": "false", "t3": "wrong", "t4": "any",
    },
    "triplet_loss": {
        "t1": "true", "t2": "true", "t3": "true", "t4": "false", "t5": "false", "t6": "false",
    },
    "two_identities_numerator_layout": {
        "b1": "true", "b2": "true", "b3": "wrong", "b4": "true", "b5": "wrong",
    },
    "two_layers_batch_in_columns": {
        "b1": "true", "b2": "false", "b3": "true", "b4": "true", "b5": "false", "b6": "true", "b7": "false",
        "b8": "wrong",
    },
}
