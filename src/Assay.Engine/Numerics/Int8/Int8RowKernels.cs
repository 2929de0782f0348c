namespace Assay.Engine.Numerics.Int8;

/// <summary>Section 3 of docs/spec/assay-int8-v1.md. One item is one row.</summary>
internal unsafe struct Int8Softmax : IKernel
{
    public int Length;

    /// <summary>Rows of a causal matrix, or 0.</summary>
    public int CausalRows;

    public int* Exponents;
    public sbyte* X, Y;

    public readonly void Run(Launcher launcher, Isa isa, int rows) => launcher.Run(isa, rows, this, Cost.Of(Length, perNanosecond: 0.3, start: 5));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to && !Interrupt.IsRaised; row++)
        {
            var window = CausalRows > 0 ? Math.Min(Length, (row % CausalRows) + 1) : Length;
            sbyte* x = X + ((long)row * Length), y = Y + ((long)row * Length);
            var (most, sum) = ((int)sbyte.MinValue, 0);
            for (var i = 0; i < window; i++)
                most = Math.Max(most, x[i]);
            for (var i = 0; i < window; i++)
                sum += Exponents[most - x[i]];
            for (var i = 0; i < window; i++)
                y[i] = (sbyte)((int)((uint)((510 * Exponents[most - x[i]]) + sum) / (uint)(2 * sum)) - 128);
            new Span<sbyte>(y + window, Length - window).Fill(sbyte.MinValue);
        }
    }
}

/// <summary>Section 4. One item is one row.</summary>
internal unsafe struct Int8Normalize : IKernel
{
    public int Length, Gain, Epsilon, ZeroPoint, Low, High;
    public sbyte* X, Y;

    public readonly void Run(Launcher launcher, Isa isa, int rows) => launcher.Run(isa, rows, this, Cost.Of(Length, perNanosecond: 0.3, start: 30));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var fine = Int8Rows.Fineness(Length);
        for (var row = from; row < to && !Interrupt.IsRaised; row++)
        {
            sbyte* x = X + ((long)row * Length), y = Y + ((long)row * Length);
            var (sum, squares) = (0, Epsilon);
            for (var i = 0; i < Length; i++)
                sum += x[i];
            var mean = Int8Rows.Floor((fine * sum) + (Length / 2), Length);
            for (var i = 0; i < Length; i++)
                squares += ((fine * x[i]) - mean) * ((fine * x[i]) - mean);
            var deviation = Int8Rows.Root(squares);
            for (var i = 0; i < Length; i++)
                y[i] = (sbyte)Math.Clamp(ZeroPoint + Int8Rows.Floor((2 * Gain * ((fine * x[i]) - mean)) + deviation, 2 * deviation), Low, High);
        }
    }
}
