all: out
out: mid ; cp mid out
mid: ; echo x > mid
.INTERMEDIATE: mid
