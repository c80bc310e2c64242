# setup: echo old > out; touch -d 2021-01-01 out
.DELETE_ON_ERROR:
out: force ; false
force:
