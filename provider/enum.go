package provider

import "strconv"

// enumName returns the name of a value of an enumeration, or else the type with
// the number, such as "Kind(99)".
func enumName[T ~int](value T, typeName string, names []string) string {
	if value < 0 || int(value) >= len(names) {
		return typeName + "(" + strconv.Itoa(int(value)) + ")"
	}
	return names[value]
}
