; no run breaks a claim of started, whatever conditions come to, followed by sources
(set-logic ALL)
(assert true)
(assert false)
(check-sat)
