/** Whether a number of JSON, as it is written, says this finite float32; -0 is not 0. */
export declare function saysFloat32(json: string, value: number): boolean;
