; no run breaks a claim of apart, whatever conditions come to, followed by sources
(set-logic ALL)
(declare-const SKB_GSO_CB_OFFSET Int)
(assert (and (<= 0 SKB_GSO_CB_OFFSET) (<= SKB_GSO_CB_OFFSET 47)))
(assert (and (<= 24 SKB_GSO_CB_OFFSET) (<= SKB_GSO_CB_OFFSET 32)))
(define-fun t0 () Int (* SKB_GSO_CB_OFFSET 8))
(assert (and (< 0 (+ t0 128)) (< t0 192)))
(check-sat)
