// Leaflet, which folium's page loads as a classic script before the modules run.
export const L = window.L;

/** [longitude, latitude] as Leaflet's LatLng; all conversions of axis order are done here. */
export const latLng = ([lng, lat]) => L.latLng(lat, lng);
