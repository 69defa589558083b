/** Mean radius of the earth (IUGG), so that a distance is good to about half a percent. */
const earthRadiusKm = 6371.0088;

export interface Coordinates {
  /** Degrees, north positive. */
  latitude: number;
  /** Degrees, east positive. */
  longitude: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Kilometres along the surface of the earth, by the haversine formula, which stays exact for small distances. */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const halfLatitude = Math.sin(radians(b.latitude - a.latitude) / 2);
  const halfLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const chord = halfLatitude ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * halfLongitude ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(chord)));
}
