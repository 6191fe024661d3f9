# For CMAKE_PROJECT_INCLUDE. The exported targets of the ROS wheels carry the include directories of
# the machine they were built on; CMake refuses imported targets whose directories do not exist.
function(drop_missing_includes)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(NOT includes)
      continue()
    endif()
    set(present "")
    foreach(include IN LISTS includes)
      # A generator expression is no path yet.
      if(include MATCHES "\\$<" OR EXISTS "${include}")
        list(APPEND present "${include}")
      endif()
    endforeach()
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${present}")
  endforeach()
endfunction()

# At the end of the configuration, when all packages have been found.
cmake_language(DEFER CALL drop_missing_includes)
