# setup: touch out in
out: in
