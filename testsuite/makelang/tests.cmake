# `kbx make` against GNU make 4.3; run.py exits with 77 where the oracle is missing.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_test(NAME makelang
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx> -v)
set_tests_properties(makelang PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2)

# The same comparison on makefiles made by chance; what differs is printed as small as it gets.
set(random_makefiles ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/random_makefiles.py --kbx $<TARGET_FILE:kbx>)
add_test(NAME makelang-random COMMAND ${random_makefiles} --seed 1 --count 500)
set_tests_properties(makelang-random PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 300 PROCESSORS 2)
add_test(NAME makelang-random-long CONFIGURATIONS full COMMAND ${random_makefiles} --seed 100 --count 10000)
set_tests_properties(makelang-random-long PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 3600 PROCESSORS 2)
