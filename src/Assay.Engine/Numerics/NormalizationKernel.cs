namespace Assay.Engine.Numerics;

/// <summary>y = fma(x - mean, k, bias) per channel (section 8.3 of the profile). One item is one plane of one channel.</summary>
internal unsafe struct NormalizationKernel : IKernel
{
    private float* x, y, mean, factor, bias;
    private int channels, inner;

    /// <param name="scratch">Takes one float per channel.</param>
    public static void Run(Launcher launcher, Isa isa, Scratch scratch, float epsilon, float* x, float* scale, float* bias, float* mean, float* variance, float* y, int batch, int channels, int inner)
    {
        var factors = scratch.Operands(channels);
        launcher.Run(isa, (channels + 255) / 256, new FactorKernel { Scale = scale, Variance = variance, Factors = factors, Epsilon = epsilon, Channels = channels }, Cost.Of(256, perNanosecond: 1));
        var kernel = new NormalizationKernel { x = x, y = y, mean = mean, factor = factors, bias = bias, channels = channels, inner = inner };
        launcher.Run(isa, checked(batch * channels), kernel, Cost.Of(inner, perNanosecond: 4, start: 10));
    }

    /// <summary>scale / sqrt(variance + epsilon), three rounded operations.</summary>
    public static float Factor(float scale, float variance, float epsilon) => scale / MathF.Sqrt(variance + epsilon);

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var item = from; item < to; item++)
        {
            var c = item % channels;
            var p = x + ((long)item * inner);
            var q = y + ((long)item * inner);
            var i = 0;
            for (; i + T.Width <= inner; i += T.Width)
                T.Store(One(T.Load(p + i), c), q + i);
            for (; i < inner; i++)
                q[i] = One(new Lane1(p[i]), c).V;
        }
    }

    private readonly T One<T>(T value, int c) where T : unmanaged, ILanes<T> =>
        LaneMath.Canonical(T.Fma(value - T.Broadcast(mean[c]), T.Broadcast(factor[c]), T.Broadcast(bias[c])));

    /// <summary>scale / sqrt(variance + epsilon) per channel. One item is 256 channels.</summary>
    private struct FactorKernel : IKernel
    {
        public float* Scale, Variance, Factors;
        public float Epsilon;
        public int Channels;

        readonly void IKernel.Run<T>(int part, int from, int to)
        {
            for (var c = from * 256; c < Math.Min(Channels, to * 256L); c++)
                Factors[c] = Factor(Scale[c], Variance[c], Epsilon);
        }
    }
}
