// The one place that knows where Leaflet is: folium's page loads it as a classic script before the modules run.
export const L = window.L;

/** Longitude, latitude -> what Leaflet wants. The only conversion. */
export const latLng = ([lng, lat]) => L.latLng(lat, lng);
