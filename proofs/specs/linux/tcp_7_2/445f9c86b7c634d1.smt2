; no run breaks a claim of moved_whole, whatever conditions come to, followed by sources
(set-logic ALL)
(assert true)
(assert false)
(check-sat)
