# What a build makes again after a change, and what it leaves after it was killed.
add_cases(rebuild TIMEOUT 1200)

# Those of them that kill, at many more moments.
add_test(NAME rebuild-interrupted-long CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx>
                 --work ${CMAKE_CURRENT_BINARY_DIR}/rebuild/interrupted-long ${CMAKE_CURRENT_LIST_DIR}/cases/interrupted.py
                 everything_killed_at_any_moment only_kbx_killed only_ninja_killed kbx_and_ninja_killed_at_once
                 interrupted_by_the_terminal killed_while_building_after_an_edit)
set_tests_properties(rebuild-interrupted-long PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200
                     ENVIRONMENT KBX_KILL_ROUNDS=40)
