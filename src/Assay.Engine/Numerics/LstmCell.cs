namespace Assay.Engine.Numerics;

/// <summary>One direction of an LSTM over a sequence (section 9 of the profile).</summary>
internal static unsafe class LstmCell
{
    /// <summary>Floats of one direction's weights as <c>Pack</c> lays them out.</summary>
    public static long PackedSize(int inputs, int hidden) => (long)PanelGemv.Padded(4 * hidden) * (inputs + hidden + 1);

    /// <summary>Packs W [4H, I] and R [4H, H] so that lanes run across gates, and adds the two halves of B [8H]; -0 where there is none.</summary>
    public static void Pack(Isa isa, float* w, float* r, float* b, int inputs, int hidden, float* packed)
    {
        var gates = 4 * hidden;
        PanelGemv.Pack(isa, w, gates, inputs, packed);
        packed += (long)PanelGemv.Padded(gates) * inputs;
        PanelGemv.Pack(isa, r, gates, hidden, packed);
        packed += (long)PanelGemv.Padded(gates) * hidden;
        for (var g = 0; g < gates; g++)
            *packed++ = b is null ? -0f : b[g] + b[gates + g];
    }

    /// <summary>The same as a kernel, for weights that only a run knows: all directions, one after the other.</summary>
    public static void Pack(Launcher launcher, Isa isa, float* w, float* r, float* b, int directions, int inputs, int hidden, float* packed) =>
        launcher.Run(isa, directions, new PackKernel { W = w, R = r, B = b, Packed = packed, Inputs = inputs, Hidden = hidden, Isa = isa }, Cost.Of(4.0 * hidden * (inputs + hidden), perNanosecond: 1));

    /// <summary>All steps of one direction.</summary>
    /// <param name="x">[steps, batch, inputs].</param>
    /// <param name="h">[batch, hidden]: the initial state, at the end the last one. Not rounded to storage, NaN not canonical.</param>
    /// <param name="c">[batch, hidden], likewise.</param>
    /// <param name="y">Output of step 0; steps are <paramref name="yStep"/> floats apart.</param>
    public static void Run(Launcher launcher, Isa isa, Scratch scratch, float* packed, int steps, int batch, int inputs, int hidden, bool reverse, float* x, float* h, float* c, float* y, nint yStep)
    {
        var gates = PanelGemv.Padded(4 * hidden);
        var buffer = scratch.Panels(gates);
        var w = packed;
        var r = w + ((long)gates * inputs);
        var bias = r + ((long)gates * hidden);
        for (var step = 0; step < steps; step++)
        {
            var t = reverse ? steps - 1 - step : step;
            for (var n = 0; n < batch; n++)
            {
                var state = (long)n * hidden;
                launcher.Run(isa, gates / PanelGemv.Columns, new PanelGemv { K = inputs, A = x + ((((long)t * batch) + n) * inputs), B = w, C = buffer, First = true }, PanelGemv.CostOf(inputs));
                launcher.Run(isa, gates / PanelGemv.Columns, new PanelGemv { K = hidden, A = h + state, B = r, C = buffer }, PanelGemv.CostOf(hidden));
                launcher.Run(isa, (hidden + 15) / 16, new GateKernel { Gates = buffer, Bias = bias, H = h + state, C = c + state, Y = y + (t * yStep) + state, Hidden = hidden }, Cost.Of(16, perNanosecond: 0.04));
            }
        }
    }

    /// <summary>Packs weights; one item is one direction.</summary>
    private struct PackKernel : IKernel
    {
        public float* W, R, B, Packed;
        public int Inputs, Hidden;
        public Isa Isa;

        readonly void IKernel.Run<T>(int part, int from, int to)
        {
            for (long d = from; d < to; d++)
                Pack(Isa, W + (d * 4 * Hidden * Inputs), R + (d * 4 * Hidden * Hidden), B is null ? null : B + (d * 8 * Hidden), Inputs, Hidden, Packed + (d * PackedSize(Inputs, Hidden)));
        }
    }

    /// <summary>Gates to states; one item is 16 units.</summary>
    private struct GateKernel : IKernel
    {
        public float* Gates, Bias, H, C, Y;
        public int Hidden;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            var j = from * 16;
            var end = Math.Min(Hidden, to * 16);
            for (; j + T.Width <= end; j += T.Width)
                Unit<T>(j);
            for (; j < end; j++)
                Unit<Lane1>(j);
        }

        private readonly void Unit<T>(int j) where T : unmanaged, ILanes<T>
        {
            var input = LaneMath.Sigmoid(Gate<T>(j));
            var output = LaneMath.Sigmoid(Gate<T>(Hidden + j));
            var forget = LaneMath.Sigmoid(Gate<T>((2 * Hidden) + j));
            var cell = LaneMath.Tanh(Gate<T>((3 * Hidden) + j));
            var c = T.Fma(forget, T.Load(C + j), input * cell);
            var h = output * LaneMath.Tanh(c);
            T.Store(c, C + j);
            T.Store(h, H + j);
            T.Store(LaneMath.Canonical(h), Y + j);
        }

        private readonly T Gate<T>(int g) where T : unmanaged, ILanes<T> => T.Load(Gates + g) + T.Load(Bias + g);
    }
}
