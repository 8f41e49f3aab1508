package dev.sluice.proxy.backfill;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * How far a backfill has come; committed with each batch. Key values are in text form.
 *
 * @param leaf index of the leaf that is walked
 * @param stage what is being done there
 * @param last the key behind which the next batch begins; empty: at the start
 * @param upper the last key of the walk, fixed when it began, so that inserts are not chased
 * @param block next block of a walk without key
 * @param blocks the block behind the last one of such a walk
 * @param skipped ranges in which rows were locked, to be gone over again
 * @param done rows filled, in all leaves
 * @param total rows to fill, estimated
 * @param batchRows how many rows the next batch takes
 */
public record BackfillCursor(
        int leaf,
        Stage stage,
        List<String> last,
        List<String> upper,
        long block,
        long blocks,
        List<Range> skipped,
        long done,
        long total,
        int batchRows) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Few, since nobody knows yet how long they take, and others may be there. */
    private static final int FIRST_ROWS = 100;

    /** What is being done in a leaf, in this order. */
    public enum Stage {
        /** Bounds are to be found. */
        BEGIN,
        /** Key by key, or block by block. */
        WALK,
        /** Over what was locked. */
        REVISIT,
        /** Over whatever is pending still: rows whose key was changed, or that an update moved. */
        SWEEP
    }

    /**
     * @param after exclusive, empty: from the start
     * @param to inclusive
     */
    public record Range(List<String> after, List<String> to) {}

    public BackfillCursor {
        last = List.copyOf(last);
        upper = List.copyOf(upper);
        skipped = List.copyOf(skipped);
    }

    public static BackfillCursor read(String json) {
        return read(json, 0, 0);
    }

    /**
     * @param json empty: at the beginning of a step
     * @param done rows that earlier steps have filled
     * @param total rows that were to be filled
     */
    public static BackfillCursor read(String json, long done, long total) {
        return json.isEmpty()
                ? new BackfillCursor(0, Stage.BEGIN, List.of(), List.of(), 0, 0, List.of(), done, total, FIRST_ROWS)
                : JSON.readValue(json, BackfillCursor.class);
    }

    /**
     * At what the walks of a step that is over have missed.
     *
     * @param done rows filled so far
     */
    public static BackfillCursor ofMissed(long done, long total) {
        return read("", done, total).to(Stage.SWEEP);
    }

    public String write() {
        return JSON.writeValueAsString(this);
    }

    BackfillCursor to(Stage next) {
        return new BackfillCursor(leaf, next, last, upper, block, blocks, skipped, done, total, batchRows);
    }

    BackfillCursor bounds(List<String> newUpper, long newBlocks, long newTotal) {
        return new BackfillCursor(
                leaf, Stage.WALK, List.of(), newUpper, 0, newBlocks, skipped, done, newTotal, batchRows);
    }

    BackfillCursor walked(List<String> to, long rows) {
        return new BackfillCursor(leaf, stage, to, upper, block, blocks, skipped, done + rows, total, batchRows);
    }

    BackfillCursor walked(long toBlock, long rows) {
        return new BackfillCursor(leaf, stage, last, upper, toBlock, blocks, skipped, done + rows, total, batchRows);
    }

    BackfillCursor filled(long rows) {
        return new BackfillCursor(leaf, stage, last, upper, block, blocks, skipped, done + rows, total, batchRows);
    }

    BackfillCursor skipping(Range range) {
        List<Range> more = new ArrayList<>(skipped);
        more.add(range);
        return new BackfillCursor(leaf, stage, last, upper, block, blocks, more, done, total, batchRows);
    }

    /** Without the first of the skipped ranges. */
    BackfillCursor revisited() {
        return new BackfillCursor(
                leaf, stage, last, upper, block, blocks, skipped.subList(1, skipped.size()), done, total, batchRows);
    }

    /** A walk that ends earlier. */
    BackfillCursor before(List<String> end) {
        return new BackfillCursor(leaf, stage, last, end, block, blocks, skipped, done, total, batchRows);
    }

    /** A walk of its own, of what this one leaves behind a key; its rows are counted here already. */
    BackfillCursor behind(List<String> begin) {
        return new BackfillCursor(leaf, stage, begin, upper, 0, 0, List.of(), 0, 0, batchRows);
    }

    /** Whether it is known where the walk ends. */
    public boolean begun() {
        return stage != Stage.BEGIN;
    }

    /** Whether nothing is left here but to look whether anything is pending anywhere. */
    public boolean walked() {
        return stage == Stage.SWEEP;
    }

    BackfillCursor nextLeaf() {
        return new BackfillCursor(leaf + 1, Stage.BEGIN, List.of(), List.of(), 0, 0, List.of(), done, total, batchRows);
    }

    public BackfillCursor sized(int rows) {
        return new BackfillCursor(leaf, stage, last, upper, block, blocks, skipped, done, total, rows);
    }
}
