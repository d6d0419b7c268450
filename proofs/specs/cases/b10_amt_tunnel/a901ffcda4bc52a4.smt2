; no run breaks a claim of pointer_aligned, whatever conditions come to, followed by sources
(set-logic ALL)
(assert true)
(define-fun amt_skb_cb.tunnel.lo () Int 320)
(assert (not (= (mod amt_skb_cb.tunnel.lo 64) 0)))
(check-sat)
