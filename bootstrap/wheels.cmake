# Read by CMake inside project() of each interface package (CMAKE_PROJECT_INCLUDE) when it is built against the ROS
# wheels; a machine with ROS installed needs nothing of this.
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)

# Python needs the C code only: leaving the C++ messages out halves the build.
list(FILTER AMENT_EXTENSIONS_rosidl_generate_idl_interfaces EXCLUDE REGEX "_cpp:")

# Targets exported by the wheels name the Python of the machine that built them.
function(drop_foreign_python_headers)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(directories ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(directories)
      list(FILTER directories EXCLUDE REGEX "^/opt/python/")
      set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${directories}")
    endif()
  endforeach()
endfunction()
cmake_language(DEFER CALL drop_foreign_python_headers)

# Most of the time goes into reading the same C++ headers once per interface, so the files that read them are compiled
# several at a time.
function(compile_in_batches)
  foreach(kind rosidl_typesupport_fastrtps_c rosidl_typesupport_introspection_c rosidl_typesupport_c)
    set_target_properties(${PROJECT_NAME}__${kind} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endforeach()
endfunction()
cmake_language(DEFER CALL compile_in_batches)
