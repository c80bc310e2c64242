# Programs that run compilers: ccache, sccache, distcc.
add_cases(launcher TIMEOUT 600)
